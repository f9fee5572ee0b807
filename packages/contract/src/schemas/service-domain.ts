import { type Static, Type } from 'typebox'
import { domainStatuses } from '../statuses.ts'
import { nullable, Timestamp, Uuid } from './bounds.ts'

/** A host name as users write it; international letters are encoded. */
const DomainName = Type.String({ minLength: 3, maxLength: 253 })

export const ServiceDomainParams = Type.Object({ serviceId: Uuid, domain: DomainName })

export const AddServiceDomainBody = Type.Object({ domain: DomainName })
export type AddServiceDomainBody = Static<typeof AddServiceDomainBody>

/**
 * A domain under which a service answers beside its own host, once it is `active`. That needs a proof: `record` in the DNS of
 * the domain. `reason` says what is missing, or what is wrong with one that is active.
 */
export const ServiceDomain = Type.Object({
  domain: Type.String(),
  status: Type.Enum(domainStatuses),
  reason: nullable(Type.String()),
  /** To be added to the DNS of the domain. */
  record: Type.Object({ type: Type.Literal('TXT'), name: Type.String(), value: Type.String() }),
  /** Where the service answers under this domain. */
  url: Type.String(),
  createdAt: Timestamp,
  createdBy: Type.String(),
  /** When its proof was last looked for; null = not yet. */
  checkedAt: nullable(Timestamp),
  /** When it was last found; null = never. */
  verifiedAt: nullable(Timestamp),
})
export type ServiceDomain = Static<typeof ServiceDomain>

export const ServiceDomains = Type.Object({ domains: Type.Array(ServiceDomain), domainsCount: Type.Integer() })
export type ServiceDomains = Static<typeof ServiceDomains>
