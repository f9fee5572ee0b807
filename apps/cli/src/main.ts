/** From a command line to an exit code. What is not needed to find the command is loaded when it is. */
import { type Environment, readEnvironment } from './environment.ts'
import { groups } from './commands/table.ts'
import type { CommandEntry } from './commands/table.ts'
import type { Command, Given } from './grammar/command.ts'
import { type OutputFormat, outputFormats } from './grammar/common-options.ts'
import { findCommand, overview } from './grammar/find-command.ts'
import { parseWords } from './grammar/parse.ts'
import { CliError, exitCodes } from './errors/cli-error.ts'
import type { Streams } from './output/output.ts'
import type { Session } from './session/session.ts'

function processStreams(): Streams {
  const { stdout, stderr } = process
  return {
    stdout: {
      write: (text) => void stdout.write(text),
      isTerminal: stdout.isTTY,
      width: stdout.isTTY ? stdout.columns : null,
    },
    stderr: { write: (text) => void stderr.write(text), isTerminal: stderr.isTTY },
  }
}

/** A reader that has seen enough, as `head` has, is no error. */
function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok)
    throw error
  })
}

/** Ctrl-C ends the work once; a second one ends the process. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => {
    controller.abort(
      new CliError(exitCodes.interrupted, 'Interrupted.', { hint: 'What was started on the server goes on.' }),
    )
    process.once('SIGINT', () => process.exit(exitCodes.interrupted))
  })
  return controller.signal
}

/** The format as asked for, before anything else is read: errors are shaped by it too. */
function askedFormat(words: readonly string[]): OutputFormat | null {
  const at = words.findLastIndex((word) => word === '-o' || word === '--output')
  const joined = words.findLast((word) => word.startsWith('--output='))?.slice('--output='.length)
  const value = at === -1 ? joined : words[at + 1]
  return outputFormats.find((format) => format === value) ?? null
}

/** Asked by the scripts of `cairn completion`, never by people. */
const completionWord = '__complete'

interface Call {
  readonly entry: CommandEntry
  readonly command: Command
  readonly words: readonly string[]
  readonly environment: Environment
  readonly streams: Streams
}

/**
 * Runs a command line, from the word after `cairn` on.
 *
 * @returns the exit code; everything was printed.
 */
export async function main(argv: readonly string[]): Promise<number> {
  endQuietlyWithoutReader()
  const streams = processStreams()
  const environment = readEnvironment()
  try {
    if (argv[0] === completionWord) {
      const { complete } = await import('./completion/complete.ts')
      streams.stdout.write(await complete(argv.slice(1), environment))
      return exitCodes.ok
    }
    const found = findCommand(groups, argv)
    if (found.kind === 'overview') {
      streams.stdout.write(overview(found.path, groups))
      return exitCodes.ok
    }
    if (found.kind === 'version') {
      streams.stdout.write(await versionText())
      return exitCodes.ok
    }
    const { command } = await found.entry.load()
    return await call({ entry: found.entry, command, words: found.words, environment, streams })
  } catch (error) {
    return report(error, argv, { streams, session: null })
  }
}

async function versionText(): Promise<string> {
  const { programVersion } = await import('./program-version.ts')
  return `cairn ${await programVersion()}\nnode ${process.versions.node}\n${process.platform} ${process.arch}\n`
}

async function call({ entry, command, words, environment, streams }: Call): Promise<number> {
  const parsed = parseWords(command, words)
  if (parsed.kind === 'help') {
    const { commandHelp } = await import('./grammar/help.ts')
    streams.stdout.write(commandHelp(entry.path, entry.summary, command))
    return exitCodes.ok
  }
  if (parsed.kind === 'sample') {
    streams.stdout.write(command.sample ?? '')
    return exitCodes.ok
  }
  return runCommand(command, parsed.given, { words, environment, streams })
}

async function runCommand(
  command: Command,
  given: Given<object, object>,
  place: { words: readonly string[]; environment: Environment; streams: Streams },
): Promise<number> {
  const { openSession } = await import('./session/open-session.ts')
  const { session, close } = openSession(given.options, { ...place, signal: interruptSignal() })
  try {
    await command.run(given as Parameters<Command['run']>[0], session)
    return session.exitCode()
  } catch (error) {
    const kept = session.dryRunResult()
    if (kept === null) return await report(error, place.words, { streams: place.streams, session })
    session.progress.clear()
    await session.output.value(kept)
    return exitCodes.ok
  } finally {
    await close()
  }
}

async function report(
  error: unknown,
  words: readonly string[],
  place: { streams: Streams; session: Session | null },
): Promise<number> {
  const { explain, explanationText } = await import('./errors/explain.ts')
  const target = place.session?.knownTarget() ?? null
  const explanation = explain(error, { url: target?.url ?? null, tokenSource: target?.tokenSource ?? null })
  const format = askedFormat(words)
  place.session?.progress.clear()
  const isJson = format === 'json' || format === 'ndjson'
  const text = isJson ? `${JSON.stringify({ error: explanation })}\n` : explanationText(explanation)
  const { terminalSafe } = await import('./output/terminal-text.ts')
  place.streams.stderr.write(terminalSafe(text, place.streams.stderr))
  return explanation.exitCode
}
