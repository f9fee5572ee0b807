import type { ServiceType, UpdateServiceBody } from '@cairn/contract'
import type { ServiceSpec } from '@cairn/domain'
import { refusedField } from '../../refusals.ts'

/** A service may sleep only when nothing is lost by it: a session lives in the instance that began it. */
export function checkScaleToZero(spec: ServiceSpec, serviceType: ServiceType): void {
  if (!spec.scaleToZero) return
  const refuse = (rule: string): never => {
    throw refusedField('invalid_request', 'scaleToZero', rule)
  }
  if (serviceType !== 'web-app') refuse(`is for services of type "web-app" only, not "${serviceType}"`)
  if (spec.sessionStickiness) refuse('cannot be combined with sessionStickiness: sessions would end with the sleep')
}

/**
 * @param before `minInstances` when the body names none
 * @param most CAIRN_MAX_INSTANCES
 */
export function checkInstanceCounts(
  body: Pick<UpdateServiceBody, 'minInstances' | 'maxInstances'>,
  before: number,
  most: number,
): void {
  for (const field of ['minInstances', 'maxInstances'] as const) {
    if ((body[field] ?? 0) <= most) continue
    const rule = `must be at most ${most}; the setting CAIRN_MAX_INSTANCES of this server allows ${most}`
    throw refusedField('invalid_request', field, rule)
  }
  const { minInstances = before, maxInstances = minInstances } = body
  if (maxInstances >= minInstances) return
  throw refusedField('invalid_request', 'maxInstances', `must be at least minInstances, which is ${minInstances}`)
}
