import type { ServiceRunState } from '@cairn/contract'

/** Whether a service has instances, and why not. `scaledInstances` null = scaling wants nothing else. */
export function serviceRunState(service: {
  readonly stoppedBy: string | null
  readonly scaledInstances: number | null
}): ServiceRunState {
  if (service.stoppedBy !== null) return 'stopped'
  return service.scaledInstances === 0 ? 'asleep' : 'running'
}
