/**
 * Proves the domains of services: pending → active, or failed after a week; a key is the id of a claim.
 *
 * Always true: a domain goes to whoever's record stands in its DNS. One that is active stays with its service, whatever
 * becomes of the record, until another service proves it while the record of the first is gone. A claim that is not proven
 * changes nothing for anybody.
 */
import { decideDomain, type DomainProof, isBelowAny, type Logger, proofRecordName } from '@cairn/domain'
import {
  type Database,
  findClaim,
  type Hints,
  lockClaim,
  lockHolder,
  recordFinding,
  type StoredClaim,
  type Tx,
} from '@cairn/store'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../reconcile/reconciler.ts'
import type { ResolveTxt } from './resolve-txt.ts'

export interface DomainReconcilerOptions {
  readonly database: Database
  readonly hints: Hints
  readonly logger: Logger
  readonly resolveTxt: ResolveTxt
  /** Domains that need no proof, with all below them. */
  readonly vouchedDomains: readonly string[]
}

const takenOver = 'another service has proven this domain, and the record of this one was gone'

export function createDomainReconciler(options: DomainReconcilerOptions): Reconciler {
  return {
    kind: 'domain',
    concurrency: 4,
    reconcile: async (item, context) => {
      const claim = await findClaim(options.database.db, item.key)
      if (claim === null) return { kind: 'done' }
      const proof = await findProof(options, claim)
      return settle(options, { id: claim.id, proof }, context)
    },
  }
}

async function findProof(
  { resolveTxt, vouchedDomains }: DomainReconcilerOptions,
  { domain }: StoredClaim,
): Promise<DomainProof> {
  if (isBelowAny(domain, vouchedDomains)) return { kind: 'vouched' }
  const name = proofRecordName(domain)
  try {
    return { kind: 'records', values: await resolveTxt(name) }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { kind: 'unknown', reason: `DNS could not be asked for the TXT records of ${name}: ${why}` }
  }
}

async function settle(
  { database, hints, logger }: DomainReconcilerOptions,
  { id, proof }: { readonly id: string; readonly proof: DomainProof },
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const settled = await database.transaction(async (tx) => {
    const claim = await lockClaim(tx, id)
    if (claim === null) return null
    await context.holdLease(tx)
    const decision = decideDomain(claim, proof)
    if (decision.kind === 'note') {
      await recordFinding(tx, id, decision)
      return { claim, isChanged: false, afterMs: decision.afterMs }
    }
    const isChanged = await activate(tx, claim, proof)
    return { claim, isChanged, afterMs: null }
  })
  if (settled === null) return { kind: 'done' }
  const { claim, isChanged, afterMs } = settled
  if (isChanged) {
    hints.notify('routes')
    logger.info({ serviceId: claim.serviceId, domain: claim.domain }, 'a domain is proven')
  }
  return afterMs === null ? { kind: 'done' } : { kind: 'requeue', afterMs }
}

/** True = traffic goes elsewhere than before. */
async function activate(tx: Tx, claim: StoredClaim, proof: DomainProof): Promise<boolean> {
  const holder = await lockHolder(tx, claim.domain)
  if (holder !== null && holder.id !== claim.id) {
    if (proof.kind !== 'records' || proof.values.includes(holder.token)) {
      const reason = `${claim.domain} belongs to another service; it has to be removed there first`
      await recordFinding(tx, claim.id, { status: 'failed', reason })
      return false
    }
    await recordFinding(tx, holder.id, { status: 'failed', reason: takenOver })
  }
  await recordFinding(tx, claim.id, { status: 'active', reason: null })
  return claim.status !== 'active'
}
