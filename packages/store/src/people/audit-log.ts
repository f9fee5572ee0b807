/**
 * The audit log.
 *
 * Always true: an event that was recorded is durable before `record` resolves, and is never changed. Events that come while
 * others are written wait for the next statement, so that many calls at once cost few commits. One that cannot be written keeps
 * none of the others from it.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

export interface NewAuditEvent {
  readonly tenantId: string
  /** null = a webhook. */
  readonly userId: string | null
  readonly userEmail: string | null
  readonly tokenLabel: string | null
  /** Name of the operation in the contract. */
  readonly operation: string
  readonly resourceKind: string
  readonly resourceId: string | null
  readonly resourceName: string | null
  /** Of the connection. */
  readonly address: string
  readonly status: number
  /** null = done. */
  readonly errorCode: string | null
  readonly requestId: string
}

interface Waiting {
  readonly event: NewAuditEvent
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

const mostAtOnce = 500

export class AuditLog {
  readonly #db: Db
  readonly #waiting: Waiting[] = []
  #isWriting = false

  constructor(db: Db) {
    this.#db = db
  }

  /** Rejects when it could not be kept. */
  record(event: NewAuditEvent): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ event, done, failed })
      if (!this.#isWriting) void this.#write()
    })
  }

  /** Never rejects: each event is told what became of it. */
  async #write(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, mostAtOnce)
      const isWritten = batch.length > 1 && (await this.#insert(batch))
      if (!isWritten) for (const one of batch) await this.#insertOne(one)
    }
    this.#isWriting = false
  }

  /** False = none of them was written, as one of them cannot be. */
  async #insert(batch: readonly Waiting[]): Promise<boolean> {
    try {
      await insertEvents(
        this.#db,
        batch.map(({ event }) => event),
      )
    } catch {
      return false
    }
    for (const { done } of batch) done()
    return true
  }

  async #insertOne({ event, done, failed }: Waiting): Promise<void> {
    try {
      await insertEvents(this.#db, [event])
    } catch (error) {
      failed(error)
      return
    }
    done()
  }
}

async function insertEvents(db: Db, events: readonly NewAuditEvent[]): Promise<void> {
  await sql`
    insert into audit_event (tenant_id, user_id, user_email, token_label, operation, resource_kind, resource_id,
      resource_name, address, status, error_code, request_id)
    select "tenantId", "userId", "userEmail", "tokenLabel", operation, "resourceKind", "resourceId", "resourceName", address,
      status, "errorCode", "requestId"
    from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as event ("tenantId" uuid, "userId" uuid, "userEmail" text,
      "tokenLabel" text, operation text, "resourceKind" text, "resourceId" text, "resourceName" text, address text,
      status integer, "errorCode" text, "requestId" text)`.execute(db)
}

/** Takes away what is older than so many milliseconds, at most so many rows; answers how many. Index: audit_event (at). */
export async function removeOldAuditEvents(db: Db, ageMs: number, batch: number): Promise<number> {
  const result = await sql`
    with allowed as materialized (select set_config('cairn.audit_retention', 'on', true) as setting)
    delete from audit_event using allowed
    where allowed.setting = 'on' and id in (
      select id from audit_event where at < now() - ${ageMs}::float8 * interval '1 millisecond' order by at limit ${batch}
    )`.execute(db)
  return Number(result.numAffectedRows ?? 0n)
}
