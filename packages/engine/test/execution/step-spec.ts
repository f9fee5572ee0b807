import type { WorkloadSpec } from '@cairn/driver'

/** A container of a step of a run that is in no database; its program is `work`. */
export function stepSpec(name: string): WorkloadSpec {
  return {
    name,
    owner: { kind: 'step', id: crypto.randomUUID(), tenantId: 't' },
    image: 'app',
    command: ['work'],
    env: {},
    resources: { cpus: 1, memoryBytes: 1e9, pids: 10, storageBytes: null },
    network: 'n',
    files: null,
    publishPort: null,
  }
}
