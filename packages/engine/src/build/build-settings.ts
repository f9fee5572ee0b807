import { type ArchiveLimits, defaultArchiveLimits } from '@cairn/archive'
import { defaultDiskPolicy } from '@cairn/domain'

export interface BuildSettings {
  /** A build that takes longer, in milliseconds, fails. */
  readonly deadlineMs: number
  /** Builds of one tenant that run at a time; the others wait in the order in which they were asked for. */
  readonly tenantConcurrency: number
  /** Builds that one engine process runs at a time. */
  readonly concurrency: number
  /** CPUs that a build may use; null = no limit. Only builders that take it keep to it. */
  readonly cpus: number | null
  /** Bytes of memory that each step of a build may use; null = no limit. Only builders that take it keep to it. */
  readonly memoryBytes: number | null
  /** Bytes of the engine's disk that are left free: with fewer, a build fails at once with that reason. */
  readonly keepFreeBytes: number
  /** Bytes of unpacked contexts that are kept for the next build of the same content. */
  readonly keptContextBytes: number
  readonly archiveLimits: ArchiveLimits
  /** UTF-16 units of a build's log that are kept, of one attempt. */
  readonly maxLogLength: number
}

export const defaultBuildSettings: BuildSettings = {
  deadlineMs: 30 * 60_000,
  tenantConcurrency: 1,
  concurrency: 4,
  cpus: null,
  memoryBytes: null,
  keepFreeBytes: defaultDiskPolicy.keepFreeBytes,
  keptContextBytes: 4 * 1024 ** 3,
  archiveLimits: defaultArchiveLimits,
  maxLogLength: 16 * 1024 * 1024,
}
