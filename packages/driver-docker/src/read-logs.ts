import { type Call, DriverError, type LogLine, type LogOptions } from '@cairn/driver'
import { type Engine, findContainer } from './containers.ts'
import { LogDemultiplexer } from './demux-logs.ts'

/** Streams a container's log: memory is bounded by one chunk of the connection and one unfinished line per stream. */
export async function* readLogs(
  engine: Engine,
  name: string,
  options: LogOptions,
  call: Call,
): AsyncGenerator<readonly LogLine[]> {
  const found = await findContainer(engine, name, call)
  if (found === null) throw new DriverError('workload_not_found', `workload ${name} does not exist`)
  const query = {
    stdout: true,
    stderr: true,
    timestamps: true,
    follow: options.follow && found.observation.phase !== 'exited',
    ...(options.since === null ? {} : { since: sinceParameter(options.since) }),
  }
  const stream = await engine.client.stream({ method: 'GET', path: `/containers/${found.id}/logs`, query }, call)
  const demultiplexer = new LogDemultiplexer()
  try {
    for await (const chunk of stream) {
      const lines = demultiplexer.push(Buffer.from(chunk))
      if (lines.length > 0) yield lines
    }
  } catch (error) {
    throw engine.client.streamError(error, call)
  } finally {
    stream.destroy()
  }
  const rest = demultiplexer.end()
  if (rest.length > 0) yield rest
}

/** Seconds with a fraction, to the millisecond. */
export function sinceParameter(since: Date): string {
  return (since.getTime() / 1000).toFixed(3)
}
