import { Resolver } from 'node:dns/promises'

/** The texts of the TXT records of a name; none when there is no such name. Rejects when DNS does not answer. */
export type ResolveTxt = (name: string) => Promise<readonly string[]>

const timeoutMs = 3_000
/** What DNS says of a name without such records. */
const absent: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * @param servers addresses with or without a port, e.g. `9.9.9.9` or `127.0.0.1:5353`; empty = those of the system
 * @throws TypeError for what is no address
 */
export function createTxtResolver(servers: readonly string[]): ResolveTxt {
  // One for each look: the servers of the system may change.
  const open = (): Resolver => {
    const resolver = new Resolver({ timeout: timeoutMs, tries: 2 })
    if (servers.length > 0) resolver.setServers([...servers])
    return resolver
  }
  // Bad addresses end the start, not the first look.
  open()
  return async (name) => {
    try {
      const records = await open().resolveTxt(name)
      return records.map((pieces) => pieces.join(''))
    } catch (error) {
      if (error instanceof Error && 'code' in error && absent.has(error.code)) return []
      throw error
    }
  }
}
