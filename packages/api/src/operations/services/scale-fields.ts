import type { ServiceType } from '@cairn/contract'
import type { ServiceSpec } from '@cairn/domain'
import type { ScaleBounds } from '@cairn/store'
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

/** @param most CAIRN_MAX_INSTANCES */
export function checkScaleBounds({ maxInstances }: ScaleBounds, minInstances: number, most: number): void {
  if (maxInstances === undefined) return
  const refuse = (rule: string): never => {
    throw refusedField('invalid_request', 'maxInstances', rule)
  }
  if (maxInstances > most) {
    refuse(`must be at most ${most}; the setting CAIRN_MAX_INSTANCES of this server allows ${most}`)
  }
  if (maxInstances < minInstances) refuse(`must be at least minInstances, which is ${minInstances}`)
}
