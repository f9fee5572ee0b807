/** Hooks as their callers meet them. Index: primary keys. */
import type { Db, Tx } from '../database/database.ts'

/** A hook that exists: whoever knows its id may start runs of the workflow. */
export interface WebhookRecord {
  readonly webhookId: string
  readonly tenantId: string
  readonly workflowId: number
  /** Name of the secret that calls must be signed with; null = they need no signature. */
  readonly signingSecret: string | null
}

/** null = there is no such hook now. The id is unguessable, so the time that this takes tells nothing about others. */
export async function findWebhook(db: Db, webhookId: string): Promise<WebhookRecord | null> {
  const row = await db
    .selectFrom('workflow_webhook')
    .select([
      'id as webhookId',
      'tenant_id as tenantId',
      'workflow_id as workflowId',
      'signing_secret as signingSecret',
    ])
    .where('id', '=', webhookId)
    .executeTakeFirst()
  return row ?? null
}

/** The run that a call with this message id has started; null = none has. Call after `lockWorkflow`. */
export async function findMessageRun(tx: Tx, webhookId: string, messageId: string): Promise<string | null> {
  const row = await tx
    .selectFrom('webhook_message')
    .select('execution_id')
    .where('webhook_id', '=', webhookId)
    .where('message_id', '=', messageId)
    .executeTakeFirst()
  return row?.execution_id ?? null
}

/** Remembers the call, in the transaction that starts its run. */
export async function recordMessage(
  tx: Tx,
  message: { readonly webhookId: string; readonly messageId: string; readonly executionId: string },
): Promise<void> {
  await tx
    .insertInto('webhook_message')
    .values({ webhook_id: message.webhookId, message_id: message.messageId, execution_id: message.executionId })
    .execute()
}
