/** From whatever went wrong to a message that names the cause and the next command, and to the exit code. */
import { CliError, type ExitCode, exitCodes } from './cli-error.ts'
import { explainConnection } from './explain-connection.ts'

/** An error as it is printed, and as JSON with `-o json`. */
export interface Explanation {
  readonly exitCode: ExitCode
  readonly message: string
  readonly hint: string | null
  readonly fields: readonly { readonly field: string; readonly rule: string }[]
  /** Of the catalog of errors, when the server said it. */
  readonly code: string | null
  readonly status: number | null
  readonly requestId: string | null
}

/** What is known about the call that failed. */
export interface Situation {
  readonly url: string | null
  readonly tokenSource: string | null
}

/** An error of the SDK, known by its shape: the program starts without loading the SDK. */
interface ApiError extends Error {
  readonly status: number
  readonly code: string | null
  readonly requestId: string | null
  readonly errors: readonly { readonly field: string; readonly rule: string }[]
  readonly retryAfterSeconds: number | null
  readonly operation: string
}

function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && 'requestId' in error
}

const conflicts = new Set(['name_taken', 'version_taken'])

function exitCodeOf(error: ApiError): ExitCode {
  if (error.status === 401 || error.status === 403) return exitCodes.auth
  if (error.status === 404) return exitCodes.notFound
  if (error.status === 409 || conflicts.has(error.code ?? '')) return exitCodes.conflict
  return exitCodes.failed
}

/** What makes, or lists, what a body names and the server does not have. */
const references: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/secret "([^"]+)" does not exist/, (name) => `\`cairn secrets set ${name}\` makes it.`],
  [/query "([^"]+)" does not exist/, (path) => `\`cairn queries put ${path} FILE\` stores it.`],
  [
    /image \S+ does not exist/,
    () => '`cairn images list --all -o table` shows which there are; imageName takes a name.',
  ],
  [/the workflow has no step "/, () => '`cairn workflows describe WORKFLOW` shows its steps.'],
  [
    /the artifact has no file "([^"]+)"/,
    (path) => `Put ${path} into the folder, or say which file it is: --dockerfile-path, or dockerfilePath in the file.`,
  ],
  [
    /instance type \S+ does not exist/,
    () => '`cairn workflows list-resources` and `cairn tenants list-instance-options` list them.',
  ],
]

function hintOfReference(message: string): string | null {
  for (const [pattern, hint] of references) {
    const found = pattern.exec(message)
    if (found !== null) return hint(found[1] ?? '')
  }
  return null
}

function hintOf(error: ApiError, situation: Situation): string | null {
  const { url, tokenSource } = situation
  if (error.code === null && error.status !== 401)
    return `Is ${url ?? 'the address'} a Cairn server? --url, CAIRN_URL and \`cairn login\` say where it is.`
  if (error.code === 'token_ended') {
    const which = `The token is that of ${tokenSource ?? 'the environment'}.`
    return `${which} \`cairn tokens create\` makes one as somebody else may, the dashboard under your account; then \`cairn login\`.`
  }
  if (error.status === 401) {
    return `The token is that of ${tokenSource ?? 'the environment'}: check it, or get another and run \`cairn login\`.`
  }
  if (error.status === 403) return '`cairn whoami` shows what the token may do.'
  if (error.code === 'name_taken') return 'Choose another name, or change what has it: `create-or-update` does.'
  if (error.code === 'version_taken') return 'Leave --version out: the next one is taken then.'
  const reference = hintOfReference(error.message)
  if (reference !== null) return reference
  if (error.operation === 'retryExecution' && error.message.includes('from the start'))
    return '`cairn retry WORKFLOW --from start` does.'
  if (error.code === 'already_running') return 'Wait for that run or stop it: `cairn stop WORKFLOW`.'
  if (error.status === 413)
    return '--dry-run lists the files that are sent, largest first; leave some out by .dockerignore.'
  if (error.retryAfterSeconds !== null) return `Try again in ${error.retryAfterSeconds} s.`
  if (error.status === 404) return 'The list command of the same group shows what there is.'
  if (error.status >= 500) return 'The log of the server has it under the request id.'
  return null
}

/** `createWorkflow was refused with 400: …` says twice what the message is for. */
function causeOf(error: ApiError): string {
  return error.message.replace(/^\w+ was refused with \d+: /, '')
}

function explainApiError(error: ApiError, situation: Situation): Explanation {
  const { status, code, requestId, errors } = error
  const message =
    status === 401 && code === 'unauthorized'
      ? `${situation.url ?? 'The server'} does not know this token.`
      : causeOf(error)
  const isRepeated = errors.length > 0 && errors.every(({ field, rule }) => message.includes(`${field}: ${rule}`))
  return {
    exitCode: exitCodeOf(error),
    message: isRepeated && errors.length > 1 ? 'The server refuses this:' : message,
    hint: hintOf(error, situation),
    fields: isRepeated && errors.length === 1 ? [] : errors,
    code,
    status,
    requestId,
  }
}

const plain = { fields: [], code: null, status: null, requestId: null } as const

/** @param error whatever was thrown. */
export function explain(error: unknown, situation: Situation): Explanation {
  if (error instanceof CliError) {
    const { exitCode, message, hint, fields } = error
    return { ...plain, exitCode, message, hint, fields }
  }
  if (isApiError(error)) return explainApiError(error, situation)
  const message = error instanceof Error ? error.message : String(error)
  return { ...plain, ...explainOther(error, message, situation) }
}

function explainOther(
  error: unknown,
  message: string,
  { url }: Situation,
): { exitCode: ExitCode; message: string; hint: string | null } {
  const name = error instanceof Error ? error.name : ''
  switch (name) {
    case 'CairnConnectionError':
      return explainConnection(error instanceof Error ? error : new Error(message), url)
    case 'CairnTimeoutError':
      return { exitCode: exitCodes.timedOut, message, hint: 'What was started goes on. Wait longer with --timeout.' }
    case 'UnwantedOutcomeError':
      return { exitCode: exitCodes.runFailed, message, hint: null }
    case 'InvalidFolderError':
    case 'FolderTooLargeError':
      return { exitCode: exitCodes.usage, message: sentence(message), hint: null }
    default:
      return { exitCode: exitCodes.failed, message, hint: null }
  }
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/\.\.$/, '.')

/** The lines for stderr. */
export function explanationText(explanation: Explanation): string {
  const { message, fields, hint, code, requestId } = explanation
  const lines = [`cairn: ${message}`, ...fields.map(({ field, rule }) => `  ${field}: ${rule}`)]
  if (hint !== null) lines.push(`  ${hint}`)
  if (requestId !== null) lines.push(`  (${code === null ? '' : `${code}, `}request ${requestId})`)
  return `${lines.join('\n')}\n`
}
