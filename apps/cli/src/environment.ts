/** The environment of the process, read here and nowhere else in the program. */
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

export interface Environment {
  /** CAIRN_URL; null when it is not set. */
  readonly url: string | null
  /** The first of CAIRN_TOKEN, PEAK_AUTH_TOKEN and API_KEY that is set. */
  readonly token: string | null
  /** The variable that the token came from. */
  readonly tokenVariable: string | null
  /** CAIRN_CONTEXT: the context to use instead of the current one. */
  readonly context: string | null
  /** File with the named contexts. */
  readonly contextsPath: string
  readonly pager: string
  /** NO_COLOR is set, or the terminal cannot. */
  readonly noColour: boolean
  /** What templates see as `os_env`. */
  readonly all: Readonly<Record<string, string>>
}

const tokenVariables = ['CAIRN_TOKEN', 'PEAK_AUTH_TOKEN', 'API_KEY'] as const

/** An empty HOME would put tokens into the working directory. */
const homeOf = (home: string | null): string => home ?? (homedir() || userInfo().homedir)

/** An empty variable counts as absent. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const read = (name: string): string | null => {
    const value = variables[name]?.trim()
    return value === undefined || value === '' ? null : value
  }
  const tokenVariable = tokenVariables.find((name) => read(name) !== null) ?? null
  const configFolder = read('XDG_CONFIG_HOME') ?? join(homeOf(read('HOME')), '.config')
  return {
    url: read('CAIRN_URL'),
    token: tokenVariable === null ? null : read(tokenVariable),
    tokenVariable,
    context: read('CAIRN_CONTEXT'),
    contextsPath: join(configFolder, 'cairn', 'contexts.json'),
    pager: read('PAGER') ?? 'less',
    noColour: variables['NO_COLOR'] !== undefined || variables['TERM'] === 'dumb',
    all: Object.fromEntries(
      Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  }
}
