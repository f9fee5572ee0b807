import { type Call, DriverError, type LogLine, type LogOptions } from '@cairn/driver'
import { type Engine, findContainer } from './containers.ts'
import { LogDemultiplexer } from './demux-logs.ts'
import { pause } from './pause.ts'
import { StoredTail } from './stored-tail.ts'

/** Between two looks at a log that cannot be followed. */
const pollMs = 300

/** Streams a container's log: memory is bounded by one chunk of the connection and one unfinished line per stream. */
export async function* readLogs(
  engine: Engine,
  name: string,
  options: LogOptions & { readonly canFollow: boolean },
  call: Call,
): AsyncGenerator<readonly LogLine[]> {
  const found = await findContainer(engine, name, call)
  if (found === null) throw new DriverError('workload_not_found', `workload ${name} does not exist`)
  const follow = options.follow && found.observation.phase !== 'exited'
  if (follow && !options.canFollow) yield* pollLog(engine, found.id, options.since, call)
  else yield* streamLog(engine, found.id, { since: options.since, follow }, call)
}

async function* streamLog(
  engine: Engine,
  id: string,
  options: LogOptions,
  call: Call,
): AsyncGenerator<readonly LogLine[]> {
  const query = {
    stdout: true,
    stderr: true,
    timestamps: true,
    follow: options.follow,
    ...(options.since === null ? {} : { since: sinceParameter(options.since) }),
  }
  const stream = await engine.client.stream({ method: 'GET', path: `/containers/${id}/logs`, query }, call)
  const demultiplexer = new LogDemultiplexer()
  // Podman takes the time in whole seconds.
  const isWanted = ({ at }: LogLine): boolean => options.since === null || at >= options.since
  try {
    for await (const chunk of stream) {
      const lines = demultiplexer.push(Buffer.from(chunk)).filter(isWanted)
      if (lines.length > 0) yield lines
    }
  } catch (error) {
    throw engine.client.streamError(error, call)
  } finally {
    stream.destroy()
  }
  const rest = demultiplexer.end().filter(isWanted)
  if (rest.length > 0) yield rest
}

/**
 * Follows by looking again and again, for Podman 4.3, whose own following loses lines of a fast writer. The phase is
 * read before the log, so the last look comes after the end. A line that is still being written is held back.
 */
async function* pollLog(
  engine: Engine,
  id: string,
  since: Date | null,
  call: Call,
): AsyncGenerator<readonly LogLine[]> {
  const tail = new StoredTail(since)
  for (;;) {
    const found = await findContainer(engine, id, call)
    if (found === null) throw new DriverError('workload_not_found', 'the workload was removed while its log was read')
    let skip = tail.count
    for await (const batch of streamLog(engine, id, { since: tail.since, follow: false }, call)) {
      const fresh = batch.slice(skip)
      skip -= batch.length - fresh.length
      tail.add(fresh)
      if (fresh.length > 0) yield fresh
    }
    if (found.observation.phase === 'exited') return
    await pause(pollMs, call)
  }
}

/** Seconds with a fraction, to the millisecond. */
export function sinceParameter(since: Date): string {
  return (since.getTime() / 1000).toFixed(3)
}
