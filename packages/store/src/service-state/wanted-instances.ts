/**
 * How many instances a service keeps: none while users have stopped it, else what scaling wants, else `minInstances`. The
 * columns are written in scale/ and in services/write-service.ts, always under the lock of the service's row.
 */

/** The columns that say it. */
interface WantedColumns {
  readonly min_instances: number
  readonly scaled_instances: number | null
  readonly stopped_by: string | null
}

export function wantedInstances(service: WantedColumns): number {
  return service.stopped_by === null ? (service.scaled_instances ?? service.min_instances) : 0
}
