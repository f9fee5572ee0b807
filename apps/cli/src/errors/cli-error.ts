/** How the program ends. Scripts rely on these numbers: none changes its meaning. */
export const exitCodes = {
  ok: 0,
  /** The server refused, or something went wrong on the way. */
  failed: 1,
  /** The command line or a file is wrong; nothing was sent. */
  usage: 2,
  /** No token, one that is not valid, or one that may not do this. */
  auth: 3,
  notFound: 4,
  /** The name is taken, or the state of the thing does not allow it. */
  conflict: 5,
  /** `--timeout` was over before the end that was waited for; what was started goes on. */
  timedOut: 6,
  /** What was waited for ended, and not well: a failed run, build or deployment. */
  runFailed: 7,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What an error tells beside its cause. */
export interface ErrorDetails {
  /** What to do about it; commands in backquotes. */
  readonly hint?: string | undefined
  /** Fields and the rules that they break. */
  readonly fields?: readonly { readonly field: string; readonly rule: string }[]
  readonly cause?: unknown
}

/** An end of the program that is told to the user as it is: cause, details and what to do next. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  readonly hint: string | null
  readonly fields: readonly { readonly field: string; readonly rule: string }[]

  constructor(exitCode: ExitCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.name = 'CliError'
    this.exitCode = exitCode
    this.hint = details.hint ?? null
    this.fields = details.fields ?? []
  }
}

/** The command line or a file is wrong. */
export function usageError(message: string, details: ErrorDetails = {}): CliError {
  return new CliError(exitCodes.usage, message, details)
}
