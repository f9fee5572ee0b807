import { usageError } from '../errors/cli-error.ts'

const units: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds of `90`, `90s`, `15m` or `2h`; null when it is nothing of the kind. */
export function durationMs(given: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(given)
  const unit = units[match?.[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}

/**
 * Milliseconds of `--timeout`; undefined when it is not given.
 *
 * @throws CliError of exit code 2.
 */
export function timeoutMs(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const found = durationMs(given)
  if (found !== null) return found
  throw usageError(`--timeout must be like 90s, 15m or 2h; got ${given}.`)
}
