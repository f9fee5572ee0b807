/** Builds on a container engine whose own disk, not that of the server, gets full while they run. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type OwnContainerEngine, startOwnContainerEngine } from '../crash/faults/own-container-engine.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

/** Holds the base image twice over and a small build, not what the hungry one writes. */
const diskBytes = 600_000_000
const tooMuchMb = 1000

let engine: OwnContainerEngine | null = null
let server: ServerProcess | null = null

beforeAll(async () => {
  engine = await startOwnContainerEngine({ diskBytes, bridge: null })
  if (engine === null) return
  // The room that is kept free would refuse the build before its first step.
  server = await createServerProcess({ CAIRN_DISK_KEEP_FREE_BYTES: '0' }, engine.dockerHost)
  await server.start()
})
afterAll(async () => {
  await server?.discard()
  await engine?.dispose()
})

it('A build that fills the disk of the engine fails with that reason, and the next one that fits succeeds', async (test) => {
  const running = server ?? test.skip('needs dockerd, and root to start one of its own')
  const { images } = running.client
  const build = async (name: string, step: string) => {
    const dockerfile = `FROM debian:bookworm-slim\nRUN ${step}\n`
    const details = { source: 'dockerfile', dockerfile } as const
    const { imageId, buildId } = await images.createImage({ name, type: 'workflow', buildDetails: details })
    return images.waitForBuild(imageId, buildId).then(
      ({ status }) => ({ status, reason: null }),
      (error: unknown) => ({ status: 'failed', reason: String(error) }),
    )
  }
  const hungry = await build('hungry', `head -c ${tooMuchMb}M /dev/zero > /big`)
  expect(hungry.reason).toContain('the disk of the container engine is full')
  expect(running.isAlive()).toBe(true)
  expect(await build('small', 'head -c 1M /dev/zero > /little')).toEqual({ status: 'success', reason: null })
})
