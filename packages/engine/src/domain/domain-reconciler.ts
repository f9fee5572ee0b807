/**
 * Proves the domains of services: pending → active, or failed after a week; active → failed when the record is missing for
 * a week, → pending when another service proves the domain. A key is the id of a claim.
 *
 * Always true: a domain goes to whoever's record stands in its DNS. One that is active stays with its service for a week
 * without its record, unless another service proves it meanwhile. A claim that is not proven changes nothing for anybody.
 * DNS may answer with what is out of date, so whoever loses a domain is looked at again.
 */
import {
  activeLookMs,
  decideDomain,
  decideRival,
  type DomainProof,
  isBelowAny,
  type Logger,
  proofRecordName,
} from '@cairn/domain'
import {
  type Database,
  displaceHolder,
  enqueueWork,
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

/** Longer than DNS keeps an answer, mostly. */
const displacedLookMs = 10 * 60_000
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
      return { claim, isChanged: claim.status === 'active' && decision.status !== 'active', afterMs: decision.afterMs }
    }
    return { claim, ...(await activate(tx, claim, proof)) }
  })
  if (settled === null) return { kind: 'done' }
  const { claim, isChanged, afterMs } = settled
  if (isChanged) {
    hints.notify('routes')
    logger.info({ serviceId: claim.serviceId, domain: claim.domain }, 'a domain leads elsewhere than before')
  }
  return afterMs === null ? { kind: 'done' } : { kind: 'requeue', afterMs }
}

interface Activation {
  /** Traffic goes elsewhere than before. */
  readonly isChanged: boolean
  readonly afterMs: number | null
}

async function activate(tx: Tx, claim: StoredClaim, proof: DomainProof): Promise<Activation> {
  const holder = await lockHolder(tx, claim.domain)
  if (holder !== null && holder.id !== claim.id) {
    if (proof.kind !== 'records' || proof.values.includes(holder.token)) {
      const refusal = decideRival(claim)
      await recordFinding(tx, claim.id, refusal)
      return { isChanged: false, afterMs: refusal.afterMs }
    }
    await displaceHolder(tx, holder.id, takenOver)
  }
  await recordFinding(tx, claim.id, { status: 'active', reason: null })
  if (holder !== null && holder.id !== claim.id) {
    await enqueueWork(tx, { kind: 'domain', key: holder.id, delayMs: displacedLookMs })
  }
  return { isChanged: claim.status !== 'active', afterMs: activeLookMs }
}
