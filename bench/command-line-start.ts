/** The program `cairn` as a shell starts it, beside a Node that does nothing, in turns. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Place } from './place.ts'
import { medianOf, type Summary, summarise } from './summary.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../apps/cli/bin/cairn.mjs')
const turnsOfRound = 10

const commands = {
  /** What no program that runs on Node can be below. */
  node: ['-e', '0'],
  help: [program, '--help'],
  helpOfCommand: [program, 'workflows', 'create', '--help'],
  version: [program, '--version'],
} as const
type Name = keyof typeof commands

export interface CommandLineStart {
  /** Milliseconds from the start of the process to its end. */
  readonly ms: Readonly<Record<Name, Summary>>
  /** Medians beside that of `node -e 0`: what of it is ours. */
  readonly ownMs: Readonly<Record<Name, number>>
}

export async function measureCommandLineStart(place: Place): Promise<CommandLineStart> {
  const names = Object.keys(commands) as Name[]
  const times = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let turn = 0; turn < place.rounds * turnsOfRound; turn += 1) {
    for (const name of names) times.get(name)?.push(await timeOf(commands[name]))
  }
  const each = <Value>(value: (series: readonly number[]) => Value) =>
    Object.fromEntries(names.map((name) => [name, value(times.get(name) ?? [])])) as Record<Name, Value>
  const bare = medianOf(times.get('node') ?? [])
  return { ms: each(summarise), ownMs: each((series) => Math.round(medianOf(series) - bare)) }
}

async function timeOf(args: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  await run(process.execPath, [...args])
  return performance.now() - startedAt
}
