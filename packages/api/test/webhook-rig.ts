/** Calls of webhooks as senders make them, over the API of a fixture. */
import { createHmac, randomUUID } from 'node:crypto'
import type { ApiFixture } from './api-fixture.ts'

export interface HookAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, unknown>>
}

export interface Sent {
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly remoteAddress?: string
}

/** Sends no API token. */
export async function send(fixture: ApiFixture, token: string, { body = '', ...sent }: Sent = {}): Promise<HookAnswer> {
  const answer = await fixture.app.inject({
    method: 'POST',
    url: `/workflows/api/v1/hooks/${token}`,
    payload: body,
    ...sent,
    headers: { 'content-type': 'application/json', ...sent.headers },
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

export interface Signing {
  readonly id?: string
  /** Seconds beside now. */
  readonly offset?: number
}

/** The headers with which the body is signed. */
export function signed(secret: string, body: string, signing: Signing = {}): Record<string, string> {
  const { id = `msg_${randomUUID()}`, offset = 0 } = signing
  const timestamp = String(Math.floor(Date.now() / 1000) + offset)
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
