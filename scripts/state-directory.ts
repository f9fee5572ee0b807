import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Whether users other than the owner may pass through every directory on the way to `path`. */
async function isOpenToOthers(path: string): Promise<boolean> {
  for (let directory = path; ; directory = dirname(directory)) {
    if (((await stat(directory)).mode & 0o001) === 0) return false
    if (dirname(directory) === directory) return true
  }
}

/**
 * Where the project's commands keep their data: `.cairn` in the checkout. Where root runs them in a checkout that nobody
 * else may enter, such as one under /root, it is a directory of its own under /var/lib: the embedded PostgreSQL does not
 * run as root and has to get to its data.
 */
export async function chooseStateDirectory(checkout: string): Promise<string> {
  if (process.getuid?.() !== 0 || (await isOpenToOthers(checkout))) return join(checkout, '.cairn')
  return join('/var/lib', `cairn-${createHash('sha256').update(checkout).digest('hex').slice(0, 8)}`)
}
