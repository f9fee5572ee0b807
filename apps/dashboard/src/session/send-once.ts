/**
 * Writes that get through once. Browsers drop requests while an address of their machine changes, and whoever pressed a button
 * cannot know whether the server got theirs. So each write is given a key, under which the server does it once, and is sent again
 * when it was cut off. Invariant: what was answered is never sent again.
 */

/** Times that a write is sent again when it is cut off. */
const mostRepeats = 2
/** Milliseconds before that, and between two questions whether the first sending is done. */
const repeatMs = 500

/** Not `crypto.randomUUID`, which browsers have for pages of https and of this machine alone. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function pause(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const leave = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }, ms)
    signal?.addEventListener('abort', leave, { once: true })
  })
}

/** What is sent is carried out still, under the same key. */
function goesOn(response: Response): boolean {
  return response.status === 409 && response.headers.has('retry-after')
}

/** A `fetch` that sends a write again when its connection is cut, so that it is done once. Reads are left to the caller. */
export function sendOnce(send: typeof fetch): typeof fetch {
  return async (input, init = {}) => {
    if ((init.method ?? 'GET') === 'GET') return send(input, init)
    const headers = new Headers(init.headers)
    headers.set('idempotency-key', newKey())
    let repeats = 0
    for (;;) {
      try {
        const response = await send(input, { ...init, headers })
        if (repeats === 0 || !goesOn(response)) return response
      } catch (error) {
        if (!(error instanceof TypeError) || repeats === mostRepeats) throw error
        repeats += 1
      }
      await pause(repeatMs, init.signal)
    }
  }
}
