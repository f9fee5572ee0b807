import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** Where an engine that this project starts keeps what it has. */
export interface EnginePaths {
  /** Images and containers. */
  readonly data: string
  /** Sockets and other files of the running engine. */
  readonly run: string
  readonly socket: string
  readonly pidFile: string
  readonly log: string
}

/** A socket's path may have 107 characters, and the engine makes some of its own, up to 45 longer than this directory. */
const longestRunDirectory = 60

export function enginePaths(stateDirectory: string): EnginePaths {
  const root = join(stateDirectory, 'engine')
  const inside = join(root, 'run')
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 12)
  const run = inside.length <= longestRunDirectory ? inside : `/run/cairn-${hash}`
  return {
    data: join(root, 'data'),
    run,
    socket: join(run, 'docker.sock'),
    pidFile: join(root, 'engine.pid'),
    log: join(root, 'engine.log'),
  }
}
