import { usageError } from '../errors/cli-error.ts'

const units: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * Milliseconds of `90`, `90s`, `15m` or `2h`; undefined when nothing is given.
 *
 * @throws CliError of exit code 2.
 */
export function durationMs(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(given)
  const unit = match === null ? undefined : units[match[2] ?? '']
  if (match === null || unit === undefined) throw usageError(`--timeout must be like 90s, 15m or 2h; got ${given}.`)
  return Number(match[1]) * unit
}
