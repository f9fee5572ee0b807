/**
 * Invariant: what an event names is read again after the event came, at most once per turn and not before the reading under
 * way has ended, so that the screen ends up true however many events come together.
 */
import { useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useEffect, useState } from 'react'
import { useClient } from '../session/client-context.ts'
import { staleKeys } from './stale-keys.ts'
import { StaleReadings } from './stale-readings.ts'

/** Milliseconds for which events are gathered. */
const turnMs = 200
/** Milliseconds without the stream before that is said. */
const patienceMs = 4_000

/** Reads again what the server says has changed. Shows something only while the stream is away. */
export function LiveUpdates(): ReactElement | null {
  const client = useClient()
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(true)
  const [isAway, setAway] = useState(false)
  useEffect(() => {
    const leaving = new AbortController()
    const stale = new StaleReadings()
    const timer = setInterval(() => stale.readAgain(queries), turnMs)
    const follow = async (): Promise<void> => {
      let isFirst = true
      for await (const event of client.events.follow({ signal: leaving.signal, onConnection: setOpen })) {
        if (event.type === 'change') stale.add(staleKeys(event))
        else if (!event.resumed && !isFirst) void queries.invalidateQueries()
        isFirst = false
      }
    }
    // A refused session is seen by the readings; a page that is left ends the stream.
    follow().catch(() => undefined)
    return () => {
      leaving.abort()
      clearInterval(timer)
    }
  }, [client, queries])
  useEffect(() => {
    const timer = setTimeout(() => setAway(!isOpen), isOpen ? 0 : patienceMs)
    return () => clearTimeout(timer)
  }, [isOpen])
  return isAway ? (
    <p
      role="status"
      className="fixed bottom-4 left-1/2 z-40 -translate-x-1/2 rounded-full border border-warn/40 bg-warn-soft px-3 py-1 text-[13px] text-warn shadow"
    >
      The connection is away. It is being taken up again.
    </p>
  ) : null
}
