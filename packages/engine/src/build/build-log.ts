import type { Clock } from '@cairn/domain'
import type { LogWriter } from '@cairn/store'

/** The log of one attempt, as users read it. */
export interface BuildLog {
  /** Adds a line; never fails and never waits, so it can be handed to a builder. */
  readonly line: (text: string) => void
  /** Resolves when everything is durable; rejects with the signal's reason when it aborts before. */
  close(signal: AbortSignal): Promise<void>
}

/** @param maxLength UTF-16 units; what a build prints beyond is dropped, and the log says so */
export function createBuildLog(writer: LogWriter, clock: Clock, maxLength: number): BuildLog {
  let length = 0
  let isCut = false

  function store(text: string): void {
    // Failures are the writer's to repeat; what it could not store in the end, `close` tells.
    writer.write({ at: clock.now(), text }).catch(() => undefined)
  }

  return {
    line(text) {
      length += text.length
      if (length <= maxLength) {
        store(text)
      } else if (!isCut) {
        isCut = true
        store(`[the log is longer than ${maxLength} characters; the rest of it is not kept]`)
      }
    },
    async close(signal) {
      await writer.close(signal)
    },
  }
}
