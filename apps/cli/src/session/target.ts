/** Which server a command talks to, and as whom. */
import { CliError, exitCodes, usageError } from '../errors/cli-error.ts'
import type { Environment } from '../environment.ts'
import { suggestion } from '../grammar/nearest-name.ts'
import { type Contexts, readContexts } from './contexts-file.ts'

export interface Target {
  readonly url: string
  readonly token: string
  /** Name of the context; null when the address is from elsewhere. */
  readonly context: string | null
  /** Where the token is from, for messages. */
  readonly tokenSource: string
}

export interface TargetOptions {
  /** Of `--url`. */
  readonly url: string | undefined
  /** Of `--use-context`. */
  readonly context: string | undefined
  /** Of a command that takes a token of its own. */
  readonly token?: string | undefined
}

/** Says which contexts there are instead. */
export function unknownContext(name: string, contexts: Contexts['contexts']): Error {
  return usageError(`There is no context ${name}.${suggestion(name, Object.keys(contexts))}`, {
    hint: '`cairn contexts list` shows those that there are; `cairn login` makes one.',
  })
}

/** @throws CliError of exit code 2 when it is no address of a server. */
export function checkUrl(url: string): string {
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url
  throw usageError(`The address of a server must start with http:// or https://; got ${url}.`, {
    hint: 'It is given by --url, CAIRN_URL or `cairn login`.',
  })
}

/** Where a server listens that nobody told to listen elsewhere. */
export const defaultUrl = 'http://127.0.0.1:7420'

/**
 * `--url` wins over CAIRN_URL, that over the context; likewise the token of the environment over that of the context. A
 * context that is named on the command line or by CAIRN_CONTEXT wins over both.
 *
 * @throws CliError of exit code 3 when there is no token.
 */
export async function findTarget(options: TargetOptions, environment: Environment): Promise<Target> {
  const named = options.context ?? environment.context
  const { current, contexts } = await readContexts(environment.contextsPath)
  const name = named ?? current
  const context = name === null ? undefined : contexts[name]
  if (named !== null && context === undefined) {
    throw unknownContext(named, contexts)
  }
  const fromContext = named !== null ? context : undefined
  const url = checkUrl(options.url ?? fromContext?.url ?? environment.url ?? context?.url ?? defaultUrl)
  const token = options.token ?? fromContext?.token ?? environment.token ?? context?.token
  if (token === undefined) {
    throw new CliError(exitCodes.auth, `There is no token for ${url}.`, {
      hint: 'Run `cairn login`, or set CAIRN_TOKEN (PEAK_AUTH_TOKEN and API_KEY are read too).',
    })
  }
  const usesContext = context !== undefined && token === context.token
  const tokenSource = usesContext ? `context ${name}` : (environment.tokenVariable ?? 'the command line')
  return { url, token, context: usesContext ? name : null, tokenSource }
}
