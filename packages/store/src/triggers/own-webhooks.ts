/**
 * Hooks as the owner of their workflow sees them: with the token, and with the signing secret that was made for them.
 *
 * Always true: what lets somebody call a hook is stored sealed, like the value of a secret, and beside it a hash of the
 * token, by which calls find the hook. Index: workflow_webhook (workflow_id).
 */
import { createHash, randomUUID } from 'node:crypto'
import { generateSigningSecret } from '@cairn/domain'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { openIfReadable, type SealedSecret, type SecretCipher, type SecretPlace } from '../secrets/secret-cipher.ts'
import type { StoredHook } from '../workflows/stored-trigger.ts'

/** What is known of a hook to whoever may call it. */
export interface HookKeys {
  readonly token: string
  /** null = none was made. */
  readonly signingSecret: string | null
}

/** SHA-256 of a token: what finds its hook. */
export function hashHookToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

/** Where a hook's sealed keys belong. */
export function placeOfHook(tenantId: string, hookId: string): SecretPlace {
  return { tenantId, name: `webhook ${hookId}` }
}

/** A hook that was made before tokens were sealed has its id as token. null = the keys cannot be opened. */
export function openHookKeys(
  cipher: SecretCipher,
  hook: { readonly id: string; readonly tenantId: string } & (SealedSecret | { readonly sealed: null }),
): HookKeys | null {
  if (hook.sealed === null) return { token: hook.id, signingSecret: null }
  const text = openIfReadable(cipher, hook, placeOfHook(hook.tenantId, hook.id))
  // Only `sealHook` writes it.
  return text === null ? null : (JSON.parse(text) as HookKeys)
}

/** By the ids of the hooks. One that cannot be opened is left out. */
export async function readHookKeys(
  db: Db,
  cipher: SecretCipher,
  owner: { readonly tenantId: string; readonly workflowIds: readonly number[] },
): Promise<ReadonlyMap<string, HookKeys>> {
  const rows = await sql<{ id: string; tenantId: string } & SealedSecret>`
    select id, tenant_id as "tenantId", sealed, key_id as "keyId" from workflow_webhook
    where tenant_id = ${owner.tenantId} and workflow_id = any(${[...owner.workflowIds]}::bigint[])`.execute(db)
  const opened = rows.rows.map((row) => [row.id, openHookKeys(cipher, row)] as const)
  return new Map(opened.flatMap(([id, keys]) => (keys === null ? [] : [[id, keys] as const])))
}

/** A hook as it is after a change. */
export interface WrittenHook extends HookKeys {
  /** The signing secret was made by this change. */
  readonly isSecretNew: boolean
}

/**
 * Makes the hooks of a new revision the ones that count. Those of before keep their keys, new ones get theirs; the caller
 * holds the workflow's row locked. Answers them in their order.
 */
export async function syncWebhooks(
  tx: Tx,
  cipher: SecretCipher,
  owner: { readonly tenantId: string; readonly workflowId: number },
  hooks: readonly StoredHook[],
): Promise<WrittenHook[]> {
  const { tenantId, workflowId } = owner
  const before = await readHookKeys(tx, cipher, { tenantId, workflowIds: [workflowId] })
  const written = hooks.map((hook) => ({ hook, keys: keysOf(hook, before.get(hook.webhook)) }))
  await sql`
    delete from workflow_webhook
    where workflow_id = ${workflowId} and tenant_id = ${tenantId}
      and id <> all(${hooks.map(({ webhook }) => webhook)}::uuid[])`.execute(tx)
  if (written.length > 0) {
    await sql`
      insert into workflow_webhook (id, workflow_id, tenant_id, token_hash, sealed, key_id, signing_secret, is_signed)
      values ${sql.join(written.map(({ hook, keys }) => rowOf(cipher, owner, hook, keys)))}
      on conflict (id) do update set (token_hash, sealed, key_id, signing_secret, is_signed)
        = (excluded.token_hash, excluded.sealed, excluded.key_id, excluded.signing_secret, excluded.is_signed)
      where workflow_webhook.workflow_id = excluded.workflow_id`.execute(tx)
  }
  return written.map(({ keys }) => keys)
}

function keysOf(hook: StoredHook, before: HookKeys | undefined): WrittenHook {
  const kept = before?.signingSecret ?? null
  const isSecretNew = hook.signingSecret === true && kept === null
  return {
    token: before?.token ?? randomUUID(),
    signingSecret: hook.signingSecret === true ? (kept ?? generateSigningSecret()) : null,
    isSecretNew,
  }
}

function rowOf(
  cipher: SecretCipher,
  { tenantId, workflowId }: { readonly tenantId: string; readonly workflowId: number },
  hook: StoredHook,
  { token, signingSecret }: HookKeys,
): RawBuilder<unknown> {
  const keys: HookKeys = { token, signingSecret }
  const { sealed, keyId } = cipher.seal(JSON.stringify(keys), placeOfHook(tenantId, hook.webhook))
  const name = typeof hook.signingSecret === 'string' ? hook.signingSecret : null
  return sql`(${hook.webhook}::uuid, ${workflowId}::bigint, ${tenantId}::uuid, ${hashHookToken(token)}::bytea,
    ${sealed}::bytea, ${keyId}::text, ${name}::text, ${signingSecret !== null}::boolean)`
}
