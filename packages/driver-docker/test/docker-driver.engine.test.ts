import { describeDriverConformance } from '@cairn/driver/conformance'
import { testDockerHost } from '@cairn/testkit'
import { openEngine } from './open-engine.ts'

describeDriverConformance({
  name: 'docker',
  open: () => openEngine(testDockerHost()),
  runsPrograms: true,
  lacks: {},
})
