/** Bounds of a workflow and of the values in it; messages of `validateWorkflow` name them. */
export const workflowLimits = {
  steps: 10_000,
  /** Links from a step to a parent or to a step that its conditions name, over all steps. */
  links: 100_000,
  /** Bytes (UTF-8) of one parameter value. */
  valueBytes: 64 * 1024,
  /** Bytes of a command, an http payload or a url. */
  commandBytes: 64 * 1024,
  payloadBytes: 1024 * 1024,
  urlBytes: 8 * 1024,
  /** Bytes of the texts of all queries of a workflow, each once. */
  queryBytes: 8 * 1024 * 1024,
  /** Seconds. */
  stepTimeout: 7 * 24 * 3600,
  /** Seconds. */
  workflowTimeout: 30 * 24 * 3600,
  retries: 5,
  /** Seconds. */
  retryDelay: 120,
} as const

/** Letters, digits, `-` and `_`. */
export const stepNamePattern = /^[A-Za-z0-9_-]{1,64}$/

/** What `/bin/sh` hands on to a command; it drops other names from the environment. */
export const parameterNamePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** The file that holds the answer's body: the only one that an http step has. */
export const httpResponseFile = 'response.txt'

/** Rule that a value breaks when it is larger than a parameter may be; a program takes none beyond 128 KiB. */
export function oversize(value: string): string | null {
  const bytes = byteLength(value)
  return bytes > workflowLimits.valueBytes
    ? `has at most ${workflowLimits.valueBytes} bytes; this one has ${bytes}`
    : null
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
