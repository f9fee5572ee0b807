import { type Call, DriverError, type LogLine, type LogOptions } from '@cairn/driver'
import { type Engine, findContainer, type Found } from './containers.ts'
import { LogDemultiplexer } from './demux-logs.ts'
import { HeldLog, mostMarkBytes } from './held/held-marks.ts'
import { heldIdentity } from './held/observe-held.ts'
import { pause } from './pause.ts'
import { StoredTail } from './stored-tail.ts'

/** Between two looks at a log that cannot be followed. */
const pollMs = 300
/** Between the end of a followed log and the end of its container, which comes a moment later. */
const settleMs = 10

/** Streams a container's log: memory is bounded by one chunk of the connection and one unfinished line per stream. */
export async function* readLogs(
  engine: Engine,
  name: string,
  options: LogOptions & { readonly canFollow: boolean },
  call: Call,
): AsyncGenerator<readonly LogLine[]> {
  const found = await findContainer(engine, name, call)
  if (found === null) throw new DriverError('workload_not_found', `workload ${name} does not exist`)
  const { since, canFollow } = options
  const held = new HeldLog(heldIdentity(found.inspect)?.nonce ?? null)
  const reading = { since, follow: false, isComplete: found.hasEnded, held }
  if (!options.follow) yield* streamLog(engine, found.id, reading, call)
  else yield* followLog(engine, found, { since, canFollow, held }, call)
}

/**
 * Follows until the container has exited and then reads what is left, for following alone loses lines: Docker 20.10 ends
 * it when the container exits, whether the reader has had everything or not, and Podman 4.3 drops lines of a fast writer,
 * so there it is not used and the log is looked at again and again. The engine's word that it has ended is taken before
 * the log is read, so the last look comes after the end. The log of one that was held may be over before.
 */
async function* followLog(
  engine: Engine,
  start: Found,
  options: { readonly since: Date | null; readonly canFollow: boolean; readonly held: HeldLog },
  call: Call,
): AsyncGenerator<readonly LogLine[]> {
  const tail = new StoredTail(options.since)
  for (let found = start; ; found = await lookAgain(engine, start.id, options.canFollow, call)) {
    const { hasEnded } = found
    let skip = tail.count
    const follow = options.canFollow && !hasEnded
    const reading = { since: tail.since, follow, isComplete: hasEnded, held: options.held }
    for await (const batch of streamLog(engine, start.id, reading, call)) {
      const fresh = batch.slice(skip)
      skip -= batch.length - fresh.length
      tail.add(fresh)
      if (fresh.length > 0) yield fresh
    }
    if (hasEnded || options.held.isOver) return
  }
}

/** An engine that ends a followed log mostly knows of the container's end by then. */
async function lookAgain(engine: Engine, id: string, canFollow: boolean, call: Call): Promise<Found> {
  if (canFollow) {
    const found = await mustFind(engine, id, call)
    if (found.hasEnded) return found
  }
  await pause(canFollow ? settleMs : pollMs, call)
  return mustFind(engine, id, call)
}

async function mustFind(engine: Engine, id: string, call: Call): Promise<Found> {
  const found = await findContainer(engine, id, call)
  if (found === null) throw new DriverError('workload_not_found', 'the workload was removed while its log was read')
  return found
}

/** A line without its end is given only once nothing can be added to it. */
async function* streamLog(
  engine: Engine,
  id: string,
  options: LogOptions & { readonly isComplete: boolean; readonly held: HeldLog },
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
  const demultiplexer = new LogDemultiplexer(options.held.isMarked ? mostMarkBytes : 0)
  // Podman takes the time in whole seconds.
  const isWanted = ({ at }: LogLine): boolean => options.since === null || at >= options.since
  const select = (lines: readonly LogLine[]): LogLine[] => options.held.withoutMarks(lines).filter(isWanted)
  try {
    for await (const chunk of stream) {
      const lines = select(demultiplexer.push(Buffer.from(chunk)))
      if (lines.length > 0) yield lines
      if (options.follow && options.held.isOver) return
    }
  } catch (error) {
    throw engine.client.streamError(error, call)
  } finally {
    stream.destroy()
  }
  const rest = options.isComplete ? select(demultiplexer.end()) : []
  if (rest.length > 0) yield rest
}

/** Seconds with a fraction, to the millisecond. */
export function sinceParameter(since: Date): string {
  return (since.getTime() / 1000).toFixed(3)
}
