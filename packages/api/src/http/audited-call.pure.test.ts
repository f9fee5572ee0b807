import { routes } from '@cairn/contract'
import { expect, it } from 'vitest'
import { auditEventOf, isAudited } from './audited-call.ts'

const caller = {
  userId: 'u',
  userEmail: 'ann@example.com',
  userName: 'Ann',
  role: 'editor',
  access: 'write',
  tenantId: 't',
  tenantName: 'default',
  tokenId: null,
  tokenLabel: null,
} as const
const outcome = { status: 200, errorCode: null, address: '127.0.0.1', requestId: 'r' }
const call = { caller, params: null, body: null, answer: null }

it('takes ids from the path in their order, then from the answer, and the name from the body', () => {
  const route = routes.createImageVersion
  const version = { ...call, params: { imageId: 3 }, body: { version: '1' }, answer: { imageId: 3, versionId: 9 } }
  expect(auditEventOf({ id: 'createImageVersion', route }, version, outcome)).toMatchObject({
    resourceKind: 'image',
    resourceId: '3/9',
    resourceName: null,
  })
  const secret = { ...call, body: { name: 'key', value: 'hidden' }, answer: { name: 'key', version: 1 } }
  const event = auditEventOf({ id: 'createSecret', route: routes.createSecret }, secret, outcome)
  expect(event).toMatchObject({ resourceKind: 'secret', resourceId: null, resourceName: 'key' })
  expect(JSON.stringify(event)).not.toContain('hidden')
})

it('keeps nothing of a call by nobody, and of what does not change anything', () => {
  const unknown = { ...call, caller: null }
  expect(auditEventOf({ id: 'createSecret', route: routes.createSecret }, unknown, outcome)).toBeNull()
  expect(isAudited('listSecrets', routes.listSecrets, null)).toBe(false)
  expect(isAudited('sendTelemetry', routes.sendTelemetry, null)).toBe(false)
  expect(isAudited('callWebhook', routes.callWebhook, null)).toBe(true)
  expect(isAudited('callWebhook', routes.callWebhook, 'forbidden')).toBe(true)
  expect(isAudited('callWebhook', routes.callWebhook, 'rate_limited')).toBe(false)
})
