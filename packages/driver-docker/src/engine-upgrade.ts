import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import type { EngineHost } from './engine-host.ts'

export type Upgraded =
  | { readonly kind: 'open'; readonly connection: Duplex }
  | { readonly kind: 'refused'; readonly status: number; readonly text: string }

/** Longest refusal that is read. */
const mostTextBytes = 64 * 1024

/**
 * Turns an HTTP request into a connection of raw bytes, as attaching to a container needs. Rejects when the engine cannot
 * be reached or `signal` aborts before it has answered; afterwards the connection is the caller's to end.
 */
export function upgrade(host: EngineHost, path: string, signal: AbortSignal): Promise<Upgraded> {
  const target = host.kind === 'socket' ? { socketPath: host.path } : { host: host.hostname, port: host.port }
  const headers = { Connection: 'Upgrade', Upgrade: 'tcp' }
  return new Promise((resolve, reject) => {
    const connecting = request({ ...target, path, method: 'POST', headers })
    const giveUp = (): void => {
      connecting.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    signal.addEventListener('abort', giveUp)
    connecting.on('close', () => signal.removeEventListener('abort', giveUp))
    connecting.on('error', reject)
    connecting.on('upgrade', (_answer, connection, head) => {
      signal.removeEventListener('abort', giveUp)
      if (head.length > 0) connection.unshift(head)
      resolve({ kind: 'open', connection })
    })
    connecting.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        if (text.length < mostTextBytes) text += chunk
      })
      answer.on('error', reject)
      answer.on('end', () => resolve({ kind: 'refused', status: answer.statusCode ?? 0, text }))
    })
    connecting.end()
    if (signal.aborted) giveUp()
  })
}
