import type { Environment } from '../environment.ts'
import type { Given } from '../grammar/command.ts'
import { type OutputFormat, outputFormats } from '../grammar/common-options.ts'
import { Output, type Streams } from '../output/output.ts'
import { openPager } from '../output/pager.ts'
import { Progress } from '../output/progress.ts'
import { Session } from './session.ts'

interface Place {
  readonly environment: Environment
  readonly streams: Streams
  readonly signal: AbortSignal
}

/** The session of a command by its options. `close` waits until the user has left the pager. */
export function openSession(
  options: Given<object, object>['options'] & { readonly dryRun?: boolean; readonly authToken?: string | undefined },
  place: Place,
): { session: Session; close: () => Promise<void> } {
  const format: OutputFormat = outputFormats.find((known) => known === options.output) ?? 'json'
  const { streams, close } = options.paging
    ? openPager(place.environment.pager, place.streams)
    : { streams: place.streams, close: () => Promise.resolve() }
  const session = new Session({
    environment: place.environment,
    output: new Output(format, streams, place.environment.noColour),
    progress: new Progress(streams),
    streams,
    signal: place.signal,
    workingDirectory: process.cwd(),
    target: { url: options.url, context: options.useContext, token: options.authToken },
    isDryRun: options.dryRun === true,
  })
  return { session, close }
}
