import { describeDriverConformance } from '@cairn/driver/conformance'
import { testDockerHost } from '@cairn/testkit'
import { describe } from 'vitest'
import { openEngine } from './open-engine.ts'
import { podmanMissing, startPodman } from './start-podman.ts'

const missing = await podmanMissing()

describe.skipIf(missing !== null)(`on Podman${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  describeDriverConformance({
    name: 'podman',
    runsPrograms: true,
    lacks: {
      outOfMemory: 'Podman 4.3 does not report it with control groups of version 1',
      holding: 'it is not attached to on Podman',
      networkIsolation: 'netavark 1.4 forgets the isolation of networks when another one is taken down',
    },
    open: async () => {
      const podman = await startPodman(testDockerHost())
      const engine = await openEngine(podman.dockerHost)
      return {
        ...engine,
        close: async () => {
          await engine.close()
          await podman.stop()
        },
      }
    },
  })
})
