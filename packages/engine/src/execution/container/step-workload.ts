/** What the container of a step looks like to the engine. */
import { networkName, type PlannedContainerStep, storageBytes, workloadName } from '@cairn/domain'
import type { HeldSpec, WorkloadFiles } from '@cairn/driver'

/** Processes and threads of a step. */
const mostPids = 4096

export interface StepWorkload {
  readonly executionId: string
  readonly tenantId: string
  readonly step: string
  readonly attempt: number
  readonly planned: PlannedContainerStep
}

export function containerName(
  installationId: string,
  { executionId, step, attempt }: Pick<StepWorkload, 'executionId' | 'step' | 'attempt'>,
): string {
  return workloadName(installationId, 'step', executionId, step, attempt)
}

/** All of the workload but its command and environment, which are not known before the step starts. */
export function stepWorkload(installationId: string, of: StepWorkload, files: WorkloadFiles | null): HeldSpec {
  const { planned, executionId, tenantId } = of
  return {
    name: containerName(installationId, of),
    owner: { kind: 'step', id: executionId, tenantId },
    image: planned.image.engineId,
    resources: {
      cpus: planned.resources.cpus,
      memoryBytes: planned.resources.memoryBytes,
      pids: mostPids,
      storageBytes: storageBytes(planned.resources.storage),
    },
    network: networkName(installationId, tenantId),
    files,
  }
}
