import { type ExecuteBody, type FieldError, readBody, routes } from '@cairn/contract'
import { oversize } from '../execution/limits.ts'

/** The parameter that hands a payload to every step. */
export const payloadParameter = 'WEBHOOK_PAYLOAD'

export type WebhookRun =
  | { readonly kind: 'run'; readonly body: ExecuteBody }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }

const executeKeys = new Set(['params', 'stepsToRun'])

/**
 * What a call of a webhook asks for. An object with no other keys than those of the execute body is one, and must then be a
 * whole one: a slip in it does not start a run without its parameters. Any other JSON becomes {@link payloadParameter} as
 * it came, and no body at all no parameter.
 *
 * @example
 * readWebhookPayload(Buffer.from('{"event":"push"}')).body // { params: { global: { WEBHOOK_PAYLOAD: '{"event":"push"}' } } }
 */
export function readWebhookPayload(bytes: Uint8Array): WebhookRun {
  const text = textOf(bytes)
  if (text === null) return invalid('body', 'must be UTF-8')
  if (text.trim() === '') return { kind: 'run', body: {} }
  const payload = jsonOf(text)
  if (payload === undefined) return invalid('body', 'must be JSON')
  if (isExecuteBody(payload)) {
    const parsed = readBody(routes.executeWorkflow, payload)
    return parsed.kind === 'invalid' ? parsed : { kind: 'run', body: parsed.value }
  }
  const value = text.trim()
  const rule = oversize(value)
  if (rule !== null) return invalid('body', `is given to steps as the parameter ${payloadParameter}, which ${rule}`)
  return { kind: 'run', body: { params: { global: { [payloadParameter]: value } } } }
}

const invalid = (field: string, rule: string): WebhookRun => ({ kind: 'invalid', errors: [{ field, rule }] })

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** undefined = no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isExecuteBody(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return false
  const keys = Object.keys(payload)
  return keys.length > 0 && keys.every((key) => executeKeys.has(key))
}
