import { instanceTypesFor, instanceTypeTitle } from '@cairn/domain'
import type { Operation } from '../../operation.ts'

export const listInstanceOptions: Operation<'listInstanceOptions'> = async (_context, { query }) => ({
  data: instanceTypesFor(query.entityType).map((type) => ({
    id: type.id,
    name: instanceTypeTitle(type),
    cpu: type.cpus * 1000,
    memory: type.memoryGb * 1000,
    gpu: null,
    gpuMemory: null,
    instanceClass: 'General Purpose',
    provider: 'k8s',
    providerInstanceId: null,
  })),
})
