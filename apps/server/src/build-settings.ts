/** Settings of builds; part of the table in settings.ts. */
import { integer, plain, type Setting } from './setting-kinds.ts'

const cpus: Setting<number | null> = {
  ...plain({
    name: 'CAIRN_BUILD_CPUS',
    default: 'none',
    unit: 'CPUs',
    doc: 'CPUs that a build may use, e.g. 1.5. With a limit set, Docker builds by its classic builder, which keeps it; a Dockerfile that needs BuildKit is not limited, and the log of the build says so.',
  }),
  read: (text) => {
    if (text === undefined) return { value: null }
    const value = Number(text)
    return value >= 0.05 && value <= 1024 ? { value } : { rule: 'must be a number from 0.05 to 1024' }
  },
}

const memoryBytes: Setting<number | null> = {
  ...plain({
    name: 'CAIRN_BUILD_MEMORY_BYTES',
    default: 'none',
    unit: 'bytes',
    doc: 'Memory that each step of a build may use, without swap. Kept where CAIRN_BUILD_CPUS is.',
  }),
  read: (text) => {
    if (text === undefined) return { value: null }
    const value = Number(text)
    const least = 16 * 1024 * 1024
    const isInside = Number.isSafeInteger(value) && value >= least
    return isInside ? { value } : { rule: `must be a whole number from ${least}` }
  },
}

export const buildSettings = {
  tenantBuilds: integer(
    {
      name: 'CAIRN_BUILDS_PER_TENANT',
      default: '1',
      unit: 'builds',
      doc: 'Builds of one tenant that run at a time, on all servers; the others wait in their order.',
    },
    { least: 1, most: 1000 },
  ),
  mostBuilds: integer(
    {
      name: 'CAIRN_BUILDS',
      default: '4',
      unit: 'builds',
      doc: 'Builds that this server runs at a time, of all tenants.',
    },
    { least: 1, most: 1000 },
  ),
  buildDeadlineSeconds: integer(
    {
      name: 'CAIRN_BUILD_DEADLINE_SECONDS',
      default: '1800',
      unit: 'seconds',
      doc: 'A build that takes longer fails with that reason. Time in the queue is not counted.',
    },
    { least: 1, most: 604_800 },
  ),
  keptContextBytes: integer(
    {
      name: 'CAIRN_BUILD_CONTEXT_BYTES',
      default: String(4 * 1024 ** 3),
      unit: 'bytes',
      doc: 'Unpacked build contexts that are kept in the data directory, so that a build of the same upload does not unpack it again.',
    },
    { least: 0, most: 64 * 1024 ** 4 },
  ),
  buildCpus: cpus,
  buildMemoryBytes: memoryBytes,
} satisfies { readonly [key: string]: Setting<unknown> }
