/**
 * Build contexts as directories, for builders that read of a directory only what has changed since they read it last.
 *
 * Always true: a directory under its name is whole, for it gets the name when all is written; one that a build has is not
 * removed; of one name at most one thing is done at a time. All of them together have at most `mostBytes`, those in use
 * apart: what was not used for longest goes first. They are copies of what is in the object store, so nothing is lost with
 * them, and a process begins with none.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskFull } from '@cairn/domain'

export interface ContextDirectory {
  readonly path: string
  /** Says that it is no longer needed. */
  release(): void
}

export interface ContextDirectories {
  /**
   * @param parts what the content follows from
   * @param fill writes the content into an empty directory and answers its bytes; called when it is not there, and once
   * more when the disk was full and something could be removed
   * @throws what `fill` throws; nothing is left then
   */
  hold(parts: readonly string[], fill: (directory: string) => Promise<number>): Promise<ContextDirectory>
}

interface Kept {
  readonly bytes: number
  users: number
}

const named = /^contexts-(\d+)$/

/** @param temporaryDirectory made when it is missing */
export function createContextDirectories(temporaryDirectory: string, mostBytes: number): ContextDirectories {
  return new Directories(temporaryDirectory, mostBytes)
}

type Fill = (directory: string) => Promise<number>

class Directories implements ContextDirectories {
  readonly #temporaryDirectory: string
  readonly #parent: string
  readonly #mostBytes: number
  /** Those that were not used for longest come first. */
  readonly #kept = new Map<string, Kept>()
  readonly #busy = new Map<string, Promise<void>>()
  #prepared: Promise<void> | null = null

  constructor(temporaryDirectory: string, mostBytes: number) {
    this.#temporaryDirectory = temporaryDirectory
    this.#parent = join(temporaryDirectory, `contexts-${process.pid}`)
    this.#mostBytes = mostBytes
  }

  async hold(parts: readonly string[], fill: Fill): Promise<ContextDirectory> {
    this.#prepared ??= prepareParent(this.#temporaryDirectory, this.#parent).catch((error: unknown) => {
      this.#prepared = null
      throw error
    })
    await this.#prepared
    const name = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
    for (;;) {
      await this.#busy.get(name)
      const found = this.#kept.get(name)
      if (found === undefined) {
        await (this.#busy.get(name) ?? this.#alone(name, () => this.#makeWithRoom(name, fill)))
        continue
      }
      found.users += 1
      this.#kept.delete(name)
      this.#kept.set(name, found)
      return { path: join(this.#parent, name), release: () => this.#release(found) }
    }
  }

  #release(one: Kept): void {
    one.users -= 1
    // What cannot be removed now is looked at again when the next one is released.
    this.#removeBeyond(this.#mostBytes).catch(() => undefined)
  }

  #alone(name: string, work: () => Promise<void>): Promise<void> {
    const working = work().finally(() => this.#busy.delete(name))
    this.#busy.set(name, working)
    return working
  }

  async #makeWithRoom(name: string, fill: Fill): Promise<void> {
    try {
      await this.#make(name, fill)
    } catch (error) {
      if (!isDiskFull(error) || (await this.#removeBeyond(0)) === 0) throw error
      await this.#make(name, fill)
    }
  }

  async #make(name: string, fill: Fill): Promise<void> {
    const directory = join(this.#parent, randomUUID())
    try {
      await mkdir(directory)
      const bytes = await fill(directory)
      await rename(directory, join(this.#parent, name))
      this.#kept.set(name, { bytes, users: 0 })
    } catch (error) {
      await rm(directory, { recursive: true, force: true })
      throw error
    }
  }

  /** Answers how many were removed. */
  async #removeBeyond(most: number): Promise<number> {
    let bytes = [...this.#kept.values()].reduce((sum, one) => sum + one.bytes, 0)
    let removed = 0
    for (const [name, one] of this.#kept) {
      if (bytes <= most) break
      if (one.users > 0 || this.#busy.has(name)) continue
      this.#kept.delete(name)
      bytes -= one.bytes
      removed += 1
      await this.#alone(name, () => rm(join(this.#parent, name), { recursive: true, force: true }))
    }
    return removed
  }
}

/** Removes what processes that are gone have left. */
async function prepareParent(temporaryDirectory: string, parent: string): Promise<void> {
  await mkdir(temporaryDirectory, { recursive: true, mode: 0o700 })
  for (const name of await readdir(temporaryDirectory)) {
    const pid = named.exec(name)?.[1]
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue
    await rm(join(temporaryDirectory, name), { recursive: true, force: true })
  }
  await mkdir(parent, { recursive: true, mode: 0o700 })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
