/** Hooks as their callers meet them. Index: workflow_webhook (token_hash), primary keys. */
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { readSecretValues } from '../secrets/read-secrets.ts'
import { type SealedSecret, type SecretCipher, SecretUnreadable } from '../secrets/secret-cipher.ts'
import { hashHookToken, openHookKeys } from './own-webhooks.ts'

/** A hook that exists: whoever knows its token may call it. */
export type CalledHook = {
  readonly id: string
  readonly tenantId: string
  readonly workflowId: number
  /** Name of the secret that calls must be signed with. */
  readonly signingSecret: string | null
  /** Calls must be signed with the secret that was made for the hook. */
  readonly isSigned: boolean
} & (SealedSecret | { readonly sealed: null })

/** null = no hook has this token now. It is looked up by its hash, so the time that this takes tells nothing about others. */
export async function findHook(db: Db, token: string): Promise<CalledHook | null> {
  const { rows } = await sql<CalledHook>`
    select id, tenant_id as "tenantId", workflow_id as "workflowId", signing_secret as "signingSecret",
      is_signed as "isSigned", sealed, key_id as "keyId"
    from workflow_webhook where token_hash = ${hashHookToken(token)}`.execute(db)
  return rows[0] ?? null
}

/**
 * The secret that calls of the hook must be signed with; null = they need no signature.
 *
 * @throws {SecretUnreadable} when it is gone or cannot be opened: then no call is right
 */
export async function readSigningSecret(db: Db, cipher: SecretCipher, hook: CalledHook): Promise<string | null> {
  const { signingSecret: name, tenantId } = hook
  if (name !== null) {
    const value = (await readSecretValues(db, cipher, tenantId, [name])).get(name)
    if (value === undefined) throw new SecretUnreadable(name, 'it does not exist')
    return value
  }
  if (!hook.isSigned) return null
  const secret = openHookKeys(cipher, hook)?.signingSecret ?? null
  if (secret === null) throw new SecretUnreadable(`webhook ${hook.id}`, 'what is stored cannot be opened')
  return secret
}

/** Whether the hook still has the token that the call came by. Call after `lockWorkflow`, which changes of hooks hold. */
export async function isHookCurrent(tx: Tx, hookId: string, token: string): Promise<boolean> {
  const row = await tx
    .selectFrom('workflow_webhook')
    .select('id')
    .where('id', '=', hookId)
    .where('token_hash', '=', hashHookToken(token))
    .executeTakeFirst()
  return row !== undefined
}

/** A call that can be told from others by the id that its sender gave it. */
export interface HookMessage {
  readonly hookId: string
  readonly messageId: string
  /** SHA-256 of the body. */
  readonly digest: Buffer
  /** Epoch seconds that the sender signed; null = the call is not signed. */
  readonly signedAt: number | null
}

export type MessageSeen =
  | { readonly kind: 'new' }
  /** The sender sent it again, as after a lost answer; it has started this run. */
  | { readonly kind: 'repeated'; readonly executionId: string }
  /** The very call, or an older one, as somebody else could have recorded it. */
  | { readonly kind: 'replayed' }
  /** The id is that of a call with another body. */
  | { readonly kind: 'other_body' }

/**
 * Whether a call has come before. One that its sender signed anew is a repetition; it is remembered, so that it is one
 * only once. Call after `lockWorkflow`.
 */
export async function judgeMessage(tx: Tx, message: HookMessage): Promise<MessageSeen> {
  const seen = await tx
    .selectFrom('webhook_message')
    .select(['execution_id as executionId', 'digest', 'signed_at as signedAt'])
    .where('webhook_id', '=', message.hookId)
    .where('message_id', '=', message.messageId)
    .executeTakeFirst()
  if (seen === undefined) return { kind: 'new' }
  if (!seen.digest.equals(message.digest)) return { kind: 'other_body' }
  const { signedAt } = message
  if (signedAt !== null && seen.signedAt !== null && signedAt <= seen.signedAt) return { kind: 'replayed' }
  if (signedAt !== null) {
    await sql`
      update webhook_message set signed_at = ${signedAt}, received_at = clock_timestamp()
      where webhook_id = ${message.hookId} and message_id = ${message.messageId}`.execute(tx)
  }
  return { kind: 'repeated', executionId: seen.executionId }
}

/** Remembers the call, in the transaction that starts its run. */
export async function recordMessage(tx: Tx, message: HookMessage, executionId: string): Promise<void> {
  await tx
    .insertInto('webhook_message')
    .values({
      webhook_id: message.hookId,
      message_id: message.messageId,
      digest: message.digest,
      signed_at: message.signedAt,
      execution_id: executionId,
    })
    .execute()
}
