import type { Parsed, Setting } from './setting-kinds.ts'
import { type Settings, settings } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** One or more variables hold what no setting takes; the message has a line for each. */
export class ConfigError extends Error {
  constructor(rules: readonly string[]) {
    super(rules.join('\n'))
    this.name = 'ConfigError'
  }
}

/**
 * Reads the settings from the process environment, the only place that does. An empty variable counts as absent.
 *
 * @throws {ConfigError} naming every variable that breaks its rule
 */
export function readConfig(environment: Environment = process.env, workingDirectory: string = process.cwd()): Settings {
  const table: Readonly<Record<string, Setting<unknown>>> = settings
  const broken: string[] = []
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(table)) {
    const parsed: Parsed<unknown> = setting.read(environment[setting.name] || undefined, { workingDirectory })
    if ('value' in parsed) values[key] = parsed.value
    else broken.push(`${setting.name}: ${parsed.rule}`)
  }
  if (broken.length > 0) throw new ConfigError(broken)
  // The loop gave every key of the table the value that its own setting read.
  return values as unknown as Settings
}

/** Variables that look like settings and are none: typing errors, to be warned of. */
export function unknownSettings(environment: Environment = process.env): readonly string[] {
  const known = new Set<string>(Object.values(settings).map((setting) => setting.name))
  return Object.keys(environment).filter(
    (name) => name.startsWith('CAIRN_') && !known.has(name) && !usedElsewhere.test(name),
  )
}

/** Variables of clients, tests and scripts, which share the prefix. */
const usedElsewhere = /^CAIRN_(?:URL$|TOKEN$|TEST_|BENCH_|CI)/

/** What programs that the server starts inherit. */
export interface ProgramEnvironment {
  readonly PATH: string
  readonly HOME: string
  /** Empty when there is none. */
  readonly XDG_RUNTIME_DIR: string
}

export function programEnvironment(environment: Environment = process.env): ProgramEnvironment {
  return {
    PATH: environment['PATH'] ?? '',
    HOME: environment['HOME'] ?? '',
    XDG_RUNTIME_DIR: environment['XDG_RUNTIME_DIR'] ?? '',
  }
}
