import type { ServerResponse } from 'node:http'

/**
 * Ends an answer without an end when its reader takes nothing: what such an answer holds would be held for as long as the
 * reader keeps its connection.
 *
 * @param everyMs milliseconds between two looks. The answer ends when something waited for the reader at both and nothing
 * was taken in between.
 */
export function endWhenStalled(response: ServerResponse, everyMs: number): void {
  let takenBefore: number | null = null
  const timer = setInterval(() => {
    const { socket } = response
    if (socket === null) return
    const taken = socket.writableLength === 0 ? null : socket.bytesWritten - socket.writableLength
    if (taken !== null && taken === takenBefore) socket.destroy()
    takenBefore = taken
  }, everyMs)
  timer.unref()
  response.once('close', () => clearInterval(timer))
}
