import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { BuildRequest, ImageBuilder } from '@cairn/driver'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuildIds, BuildRig, type BuildState } from './build-rig.ts'
import { zipOf } from './zip-directory.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0

/** A disk of 2 MiB, which takes root to make. */
describe.skipIf(!isRoot)(`On a disk that is full${isRoot ? '' : ' (skipped: only root can make a small one)'}`, () => {
  let rig: BuildRig
  let disk: string
  const seen: BuildRequest[] = []
  beforeAll(async () => {
    rig = await BuildRig.create()
    disk = join(rig.directory, 'small-disk')
    await mkdir(disk)
    await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
    rig.temporaryDirectory = disk
  })
  afterAll(async () => {
    await rig.stopLoops()
    await run('umount', [disk])
    await rig.close()
  })

  const takesDirectories = (): ImageBuilder => ({
    ...rig.builder,
    takesDirectories: async () => true,
    build: async (request, onLine, call) => {
      seen.push(request)
      const context = (async function* none(): AsyncGenerator<Uint8Array> {})()
      return rig.builder.build({ ...request, context }, onLine, call)
    },
  })
  const ended = (ids: BuildIds): Promise<BuildState> =>
    eventually(
      async () => {
        const state = await rig.read(ids)
        expect(['success', 'failed']).toContain(state.status)
        return state
      },
      { timeoutMs: 15_000 },
    )
  const contextOf = (bytes: number) =>
    zipOf({ Dockerfile: 'FROM x', 'data.txt': randomBytes(bytes / 2).toString('hex') })

  test('a build whose context does not fit fails with that reason, leaves nothing, and the next one is built', async () => {
    rig.startLoop({}, takesDirectories())
    expect(await ended(await rig.ask({ context: await contextOf(3_000_000) }))).toMatchObject({
      status: 'failed',
      reason: 'the disk of the server is full: the build context could not be unpacked',
      attempts: 1,
    })
    expect(await readdir(join(disk, `contexts-${process.pid}`))).toEqual([])
    expect(await ended(await rig.ask({ context: await contextOf(1_500_000) }))).toMatchObject({ status: 'success' })
    const kept = seen.at(-1)?.directory?.path ?? ''
    expect(await readFile(join(kept, 'Dockerfile'), 'utf8')).toBe('FROM x')

    // What is only kept for later makes room.
    expect(await ended(await rig.ask({ context: await contextOf(1_600_000) }))).toMatchObject({ status: 'success' })
    expect(existsSync(kept)).toBe(false)
  })
})
