import type { WatchOptions } from '@cairn/sdk'
import type { Session } from '../session/session.ts'

/** Options of calls that go on for long: they end with Ctrl-C, and a server that is away is told of once. */
export function watching(session: Session): Pick<WatchOptions, 'signal' | 'onAway'> {
  let isTold = false
  return {
    signal: session.signal,
    onAway: () => {
      if (isTold) return
      isTold = true
      session.progress.clear()
      session.output.note('cairn: the server does not answer; waiting a minute for it')
    },
  }
}
