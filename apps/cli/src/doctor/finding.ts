/** What `cairn doctor` says of one thing. */
export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'failed'
  /** What was found. */
  readonly found: string
  /** What to do; null = nothing. */
  readonly advice: string | null
}

export function ok(check: string, found: string): Finding {
  return { check, state: 'ok', found, advice: null }
}

export function warning(check: string, found: string, advice: string): Finding {
  return { check, state: 'warning', found, advice }
}

export function failed(check: string, found: string, advice: string): Finding {
  return { check, state: 'failed', found, advice }
}
