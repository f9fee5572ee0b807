import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** PostgreSQL refuses to run as root; then it runs as this user. */
export const systemUserName = 'cairn-postgres'

export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/**
 * The user that PostgreSQL is to run as: null = the current one, since it is not root.
 *
 * @throws when this process is root and the system user can neither be found nor made
 */
export async function findSystemUser(): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null
  // Another process may be adding the same user, or hold the lock of the password file.
  for (let attempt = 1; ; attempt += 1) {
    const user = await lookUp(systemUserName)
    if (user !== null) return user
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--shell',
        '/usr/sbin/nologin',
        systemUserName,
      ])
    } catch (error) {
      if (attempt < 5) {
        await pause(200)
        continue
      }
      throw new Error(
        `PostgreSQL does not run as root, and the system user ${systemUserName} could not be made: make it by hand (useradd --system ${systemUserName}), start Cairn as an ordinary user, or give it a database by CAIRN_DATABASE_URL`,
        { cause: error },
      )
    }
  }
}

async function lookUp(name: string): Promise<SystemUser | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return null
  }
}

/** The first directory on the way to `path`, itself included, that the user may not enter; null when it may enter all. */
export async function firstClosedDirectory(path: string, user: SystemUser): Promise<string | null> {
  const parent = dirname(path)
  const above = parent === path ? null : await firstClosedDirectory(parent, user)
  if (above !== null) return above
  const { mode, uid, gid } = await stat(path)
  const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
  return (mode & enter) === 0 ? path : null
}
