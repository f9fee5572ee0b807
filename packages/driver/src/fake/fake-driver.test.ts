import { describeDriverConformance, conformanceScripts as scripts } from '../conformance/index.ts'
import { createFakeDriver } from './fake-driver.ts'
import type { FakeProgram } from './fake-program.ts'

const stdout = (text: string, afterMs?: number) =>
  afterMs === undefined ? { stream: 'stdout' as const, text } : { stream: 'stdout' as const, text, afterMs }
const stderr = (text: string, afterMs?: number) => ({ ...stdout(text, afterMs), stream: 'stderr' as const })

const started: FakeProgram = { durationMs: 'endless', output: [stdout('started')] }
const files: FakeProgram['files'] = {
  'out.txt': 'relative',
  '/tmp/abs.txt': 'absolute',
  ten: '0123456789',
  zeros: new Uint8Array(3_000_000),
  'sub/x': '',
  link: '0123456789',
  pipe: { kind: 'other' },
}
const numbered = Array.from({ length: 1_500 }, (_, index) => [stdout(`out ${index + 1}`), stderr(`err ${index + 1}`)])

/** What the suite's scripts do, told to the fake. */
const programs: Readonly<Record<string, FakeProgram>> = {
  [scripts.succeed]: {},
  [scripts.exitSeven]: { exitCode: 7 },
  [scripts.sayOnce]: { output: [stdout('started')], durationMs: 5 },
  [scripts.runUntilStopped]: started,
  [scripts.obeyStop]: { durationMs: 'endless', output: [stdout('ready')] },
  [scripts.ignoreStop]: { durationMs: 'endless', output: [stdout('ready')], honoursStopSignal: false },
  [scripts.endSoon]: { durationMs: 20, exitCode: 3 },
  [scripts.twoStreams]: {
    output: [stdout('out one'), stderr('err one'), stdout('out two', 5), stderr('err two', 5)],
    durationMs: 20,
  },
  [scripts.speakLater]: { output: [stdout('one'), stdout('two', 30)], durationMs: 60 },
  [scripts.threeMoments]: { output: [stdout('line 1'), stdout('line 2', 20), stdout('line 3', 40)], durationMs: 60 },
  [scripts.manyLines]: { output: numbered.flat() },
  [scripts.garbage]: { output: [stdout('\uFFFD\uFFFD a\r\u001B[31mred\u001B[0m')] },
  [scripts.longLine]: { output: [stdout('x'.repeat(600_000)), stdout('after')] },
  [scripts.noLineFeed]: { output: [stdout('no line feed')] },
  [scripts.writeFiles]: { files },
  [`${scripts.writeFiles}; ${scripts.runUntilStopped}`]: { ...started, files },
  '/no/such/program x': { startFailure: 'exec: "/no/such/program": no such file or directory' },
}

describeDriverConformance({
  name: 'fake',
  runsPrograms: false,
  lacks: {},
  open: async () => {
    const root = createFakeDriver({
      clock: Date,
      programs,
      images: { 'test-image': { workingDirectory: '/work' } },
      anyImage: false,
    })
    root.control.addImage('bare-image', {})
    root.control.setImageFiles('bare-image', { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n', 'etc/x': '' })
    root.control.setUnholdable('bare-image', 'it has no shell')
    return {
      image: 'test-image',
      imageWithoutShell: 'bare-image',
      connect: (installation) => root.control.connect(installation),
      leaveCreated: async (installation, spec) => root.control.connect(installation).control.leaveCreated(spec),
      dropConnections: () => root.control.dropConnections(),
      close: async () => undefined,
    }
  },
})
