/** Domains of services: claimed here, proven by the engine (see store/service-domains). */
import { CairnError, type ServiceDomain } from '@cairn/contract'
import { checkCustomDomain, proofRecordName, toDnsName } from '@cairn/domain'
import {
  askForProof,
  type DomainRecord,
  enqueueWork,
  findService,
  insertDomain,
  listDomains,
  removeDomain,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { notFound, refusedField } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'
import { lockOwnService, refuseWhenLeaving } from './change-service.ts'

const mostDomains = 20

export const listServiceDomains: Operation<'listServiceDomains'> = async (context, { caller, params }) => {
  const { db } = context.database
  const service = await findService(db, caller.tenantId, params.serviceId)
  if (service === null) throw notFound('service', params.serviceId)
  const domains = await listDomains(db, service.id)
  return { domains: domains.map((each) => toDomain(context, each)), domainsCount: domains.length }
}

export const addServiceDomain: Operation<'addServiceDomain'> = async (context, { caller, params, body }) => {
  const domain = readDomain(context, body.domain)
  const added = await context.database.transaction(async (tx) => {
    const locked = await lockOwnService(tx, caller, params.serviceId)
    refuseWhenLeaving(locked)
    if ((await listDomains(tx, locked.id)).length >= mostDomains) {
      throw new CairnError(
        'conflict',
        `service "${locked.name}" has ${mostDomains} domains, the most that one may have`,
      )
    }
    const facts = { tenantId: caller.tenantId, serviceId: locked.id, domain, createdBy: caller.userEmail }
    const inserted = await insertDomain(tx, facts)
    if (inserted === null) throw new CairnError('conflict', `service "${locked.name}" has the domain ${domain} already`)
    await recordChange(tx, caller, { type: 'service.domain-added', id: locked.id, facts: { domain } })
    await enqueueWork(tx, { kind: 'domain', key: inserted.id })
    return inserted
  })
  context.hints.notify('work')
  return toDomain(context, added)
}

export const verifyServiceDomain: Operation<'verifyServiceDomain'> = async (context, { caller, params }) => {
  const domain = readDomain(context, params.domain)
  const asked = await context.database.transaction(async (tx) => {
    const locked = await lockOwnService(tx, caller, params.serviceId)
    const found = await askForProof(tx, locked.id, domain)
    if (found === null) throw notFound('domain', domain)
    await enqueueWork(tx, { kind: 'domain', key: found.id })
    return found
  })
  context.hints.notify('work')
  return toDomain(context, asked)
}

export const removeServiceDomain: Operation<'removeServiceDomain'> = async (context, { caller, params }) => {
  const domain = toDnsName(params.domain) ?? params.domain
  await context.database.transaction(async (tx) => {
    const locked = await lockOwnService(tx, caller, params.serviceId)
    if (!(await removeDomain(tx, locked.id, domain))) throw notFound('domain', domain)
    await recordChange(tx, caller, { type: 'service.domain-removed', id: locked.id, facts: { domain } })
  })
  context.hints.notify('routes')
  return {}
}

function readDomain({ reservedHosts }: ApiContext, text: string): string {
  const checked = checkCustomDomain(text, reservedHosts)
  if (checked.kind === 'refused') throw refusedField('invalid_request', 'domain', checked.rule)
  return checked.domain
}

function toDomain({ domainUrl }: ApiContext, record: DomainRecord): ServiceDomain {
  const { domain, status, reason, token, createdAt, createdBy, checkedAt, verifiedAt } = record
  return {
    domain,
    status,
    reason,
    record: { type: 'TXT', name: proofRecordName(domain), value: token },
    url: domainUrl(domain),
    createdAt: createdAt.toISOString(),
    createdBy,
    checkedAt: checkedAt?.toISOString() ?? null,
    verifiedAt: verifiedAt?.toISOString() ?? null,
  }
}
