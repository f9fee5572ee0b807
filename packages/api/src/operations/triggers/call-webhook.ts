/**
 * Runs that are started by a call from outside. The caller is known by the token in the path, and where the hook asks for
 * it by a signature, before the body is parsed.
 */
import { createHash } from 'node:crypto'
import { CairnError, type ExecuteBody } from '@cairn/contract'
import { checkSignature, isMessageId, readWebhookPayload, type SignedCall } from '@cairn/domain'
import {
  type CalledHook,
  type HookMessage,
  isHookCurrent,
  judgeMessage,
  lockWorkflow,
  readSigningSecret,
  recordMessage,
  SecretUnreadable,
  startRun,
  type Tx,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import { unknownHook } from '../../http/authenticate.ts'
import { invalid } from '../../http/error-answer.ts'
import type { Operation, RawBody } from '../../operation.ts'
import { startedOrRefused } from '../executions/start-refusals.ts'

export const callWebhook: Operation<'callWebhook'> = async (context, { caller: hook, params, body }) => {
  const signed = await signedCallOf(context, hook, body)
  const message = signed === null ? unsignedMessage(hook, body) : messageOf(hook, body, signed)
  const asked = readWebhookPayload(body.bytes)
  if (asked.kind === 'invalid') throw invalid(asked.errors)
  const call = { hook, token: params.webhook.toLowerCase(), message, asked: asked.body }
  const executionId = await context.database.transaction((tx) => startOnce(context, tx, call))
  context.hints.notify('execution')
  return { executionId }
}

/** null = the hook asks for no signature. @throws {CairnError} `invalid_signature` */
async function signedCallOf(context: ApiContext, hook: CalledHook, body: RawBody): Promise<SignedCall | null> {
  const secret = await secretOf(context, hook)
  if (secret === null) return null
  const headers = {
    id: headerOf(body, 'webhook-id'),
    timestamp: headerOf(body, 'webhook-timestamp'),
    signature: headerOf(body, 'webhook-signature'),
  }
  const check = checkSignature(secret, headers, body.bytes, context.clock.now())
  if (check.kind === 'refused') throw new CairnError('invalid_signature', `header ${check.header}: ${check.rule}`)
  return check.call
}

/** What cannot be opened is for the owner to mend; the caller is not told of it. */
async function secretOf(context: ApiContext, hook: CalledHook): Promise<string | null> {
  try {
    return await readSigningSecret(context.database.db, context.secretCipher, hook)
  } catch (cause) {
    if (!(cause instanceof SecretUnreadable)) throw cause
    const { workflowId, tenantId } = hook
    context.logger.error({ err: cause, workflowId, tenantId }, 'calls of a webhook are refused: no signing secret')
    throw new CairnError('service_unavailable', 'this webhook cannot check signatures now', { cause })
  }
}

function headerOf({ headers }: RawBody, name: string): string | null {
  const value = headers[name]
  return typeof value === 'string' ? value : null
}

/** Without a signature a message id is a courtesy of the sender: the same id starts no second run. */
function unsignedMessage(hook: CalledHook, body: RawBody): HookMessage | null {
  const messageId = headerOf(body, 'webhook-id')
  if (messageId === null || !isMessageId(messageId)) return null
  return { hookId: hook.id, messageId, digest: digestOf(body.bytes), signedAt: null }
}

function messageOf(hook: CalledHook, { bytes }: RawBody, { messageId, signedAt }: SignedCall): HookMessage {
  return { hookId: hook.id, messageId, digest: digestOf(bytes), signedAt }
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

interface HookCall {
  readonly hook: CalledHook
  readonly token: string
  /** null = it cannot be told from other calls. */
  readonly message: HookMessage | null
  readonly asked: ExecuteBody
}

/** The run of the call. Under the workflow's lock, so that of two equal calls at once one starts it. */
async function startOnce(context: ApiContext, tx: Tx, { hook, token, message, asked }: HookCall): Promise<string> {
  const { tenantId, workflowId } = hook
  const locked = await lockWorkflow(tx, tenantId, workflowId)
  if (locked === null || !(await isHookCurrent(tx, hook.id, token))) throw new CairnError('not_found', unknownHook)
  const known = message === null ? null : await runOfMessage(tx, message)
  if (known !== null) return known
  const start = {
    tenantId,
    workflowId,
    trigger: 'webhook',
    startedBy: 'webhook',
    parameters: { global: asked.params?.global ?? {}, stepWise: asked.params?.stepWise ?? {} },
    stepsToRun: asked.stepsToRun ?? [],
  } as const
  const limits = { machine: context.machine(), ...context.limits.runs }
  const executionId = startedOrRefused(await startRun(tx, start, limits), start)
  if (message !== null) await recordMessage(tx, message, executionId)
  return executionId
}

/** null = the message is new. @throws {CairnError} `replayed` */
async function runOfMessage(tx: Tx, message: HookMessage): Promise<string | null> {
  const seen = await judgeMessage(tx, message)
  switch (seen.kind) {
    case 'new':
      return null
    case 'repeated':
      return seen.executionId
    case 'replayed':
      throw new CairnError(
        'replayed',
        'this call was received before; to send it again, sign it with a later timestamp',
      )
    case 'other_body':
      throw new CairnError('replayed', 'header webhook-id: is that of a call with another body; give each its own')
    default:
      return seen satisfies never
  }
}
