/**
 * Names of containers that the engine's event stream mentions.
 *
 * The stream is reopened for as long as the signal allows, from the time of the last event seen, so events during a
 * short break are replayed; those of a long break or before the first connection may be missing, as the port allows.
 */
import type { Readable } from 'node:stream'
import { type Call, DriverError, labelNames } from '@cairn/driver'
import type { Logger } from '@cairn/domain'
import type { Engine } from './containers.ts'
import { EngineEvent, readShape } from './engine-shapes.ts'
import { pause } from './pause.ts'
import { LineSplitter } from './split-lines.ts'

const firstBackoffMs = 100
const mostBackoffMs = 5_000

export async function* followHints(engine: Engine, logger: Logger, call: Call): AsyncGenerator<string> {
  let since: string | null = null
  let backoffMs = firstBackoffMs
  while (!call.signal.aborted) {
    try {
      const events = await openEvents(engine, since, call)
      for await (const event of readEvents(events)) {
        backoffMs = firstBackoffMs
        since = eventTime(event) ?? since
        const name = event.Actor.Attributes?.['name']
        if (name !== undefined) yield name
      }
    } catch (error) {
      if (call.signal.aborted) return
      const reason = error instanceof Error ? error.message : String(error)
      logger.warn({ reason, retryInMs: backoffMs }, 'the container engine stopped sending events')
    }
    if (!(await paused(backoffMs, call))) return
    backoffMs = Math.min(backoffMs * 2, mostBackoffMs)
  }
}

function openEvents(engine: Engine, since: string | null, call: Call): Promise<Readable> {
  const filters = { type: ['container'], label: [`${labelNames.installation}=${engine.installation}`] }
  const query = since === null ? { filters } : { filters, since }
  return engine.client.stream({ method: 'GET', path: '/events', query }, call)
}

async function* readEvents(stream: Readable): AsyncGenerator<EngineEvent> {
  const splitter = new LineSplitter()
  for await (const chunk of stream) {
    for (const line of splitter.push(Buffer.from(chunk))) {
      const event = parseEvent(line)
      if (event !== null) yield event
    }
  }
  throw new DriverError('unavailable', 'the event stream ended')
}

function parseEvent(line: string): EngineEvent | null {
  if (line.trim() === '') return null
  try {
    return readShape(EngineEvent, JSON.parse(line), 'event')
  } catch {
    // One line that is not an event must not end the hints of all others.
    return null
  }
}

/** The engine takes `seconds.nanoseconds`. */
function eventTime(event: EngineEvent): string | null {
  if (event.timeNano !== undefined) return (event.timeNano / 1e9).toFixed(6)
  return event.time === undefined ? null : String(event.time)
}

/** False when the caller stopped waiting. */
async function paused(ms: number, call: Call): Promise<boolean> {
  try {
    await pause(ms, call)
    return true
  } catch {
    return false
  }
}
