import type { ServiceRunState } from '@cairn/contract'
import type { ScaleTier } from '../scale/scale-state.ts'

/** Whether a service has instances, and why not. `scaledInstances` null = scaling wants nothing else. */
export function serviceRunState(service: {
  readonly stoppedBy: string | null
  readonly scaledInstances: number | null
  readonly tier: ScaleTier
}): ServiceRunState {
  if (service.stoppedBy !== null) return 'stopped'
  if (service.tier === 'frozen') return 'frozen'
  return service.scaledInstances === 0 ? 'asleep' : 'running'
}
