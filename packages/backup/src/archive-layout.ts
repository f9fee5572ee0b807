/**
 * What is in the file of a backup: a gzipped tar of the data directory as it is on disk, so that `tar -xzpf` into an empty
 * directory is a restore.
 */
export const clusterPath = 'postgres/cluster'
export const passwordPath = 'postgres/password'
export const objectsPath = 'objects/objects'
export const keysPath = 'keys'

const roots = [clusterPath, passwordPath, objectsPath, keysPath]
const objectPattern = /^objects\/objects\/[0-9a-f]{2}\/([0-9a-f]{64})$/

/** Directories on the way to what a backup holds. */
export const parentPaths = ['postgres', 'objects'] as const

/** Whether an entry is one that a backup has: nothing above or beside the data directory. */
export function isBackupPath(path: string): boolean {
  if (path.includes('\\') || path.split('/').some((part) => part === '' || part === '.' || part === '..')) return false
  if (parentPaths.some((parent) => parent === path)) return true
  return roots.some((root) => path === root || path.startsWith(`${root}/`))
}

/** The hash that names an object's entry; null for any other entry. */
export const objectOfPath = (path: string): string | null => objectPattern.exec(path)?.[1] ?? null

const filePattern = /^cairn-[0-9a-f]{8}-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z\.tgz$/

/**
 * @example
 * backupFileName('0197c2d0-…', new Date('2026-05-01T02:00:00Z')) // 'cairn-0197c2d0-2026-05-01T02-00-00Z.tgz'
 */
export function backupFileName(installationId: string, at: Date): string {
  const time = at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
  return `cairn-${installationId.slice(0, 8)}-${time}.tgz`
}

export const isBackupFileName = (name: string): boolean => filePattern.test(name)
