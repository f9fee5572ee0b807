/**
 * `?dryRun=true`: an operation is carried out as always, in transactions that are rolled back at their end. So it is
 * judged by the very code that would do it, and nothing of it stays: no row, no hint, no upload. Only numbers that
 * sequences have given out are used up.
 */
import type { DryRunAnswer } from '@cairn/contract'
import { readTransactionEvents, type Tx } from '@cairn/store'
import type { ApiContext } from '../context.ts'
import type { Upload } from '../operation.ts'
import { discardUpload } from './receive-form.ts'

/** Ends a transaction that went well without keeping it. */
class RolledBack extends Error {}

function rehearsal(context: ApiContext, changes: string[]): ApiContext {
  async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const results: T[] = []
    try {
      await context.database.transaction(async (tx) => {
        results.push(await work(tx))
        changes.push(...(await readTransactionEvents(tx)))
        throw new RolledBack()
      })
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error
    }
    const [result] = results
    return result as T
  }
  return {
    ...context,
    database: { ...context.database, transaction },
    hints: { ...context.hints, notify: () => undefined },
  }
}

/** Whether a query asks for a rehearsal. Routes that do not offer it leave the key out of theirs. */
export function isDryRun(query: unknown): boolean {
  return typeof query === 'object' && query !== null && Reflect.get(query, 'dryRun') === true
}

/**
 * What the operation would do. Refusals are thrown as by the operation itself.
 */
export async function rehearse<Call extends { readonly upload: Upload | null }>(
  context: ApiContext,
  operation: (context: ApiContext, call: Call) => Promise<unknown>,
  call: Call,
): Promise<DryRunAnswer> {
  const changes: string[] = []
  const answer = await operation(rehearsal(context, changes), call)
  await discardUpload(context, call.upload)
  // Of the operations that say such things, each says them in the same words.
  const said = (typeof answer === 'object' && answer !== null ? answer : {}) as Partial<DryRunAnswer>
  const { warnings = [], schedules } = said
  return { dryRun: true, changes, warnings, ...(schedules !== undefined && { schedules }) }
}
