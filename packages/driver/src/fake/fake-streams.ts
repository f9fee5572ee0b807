import { posix } from 'node:path'
import { DriverError } from '../driver-error.ts'
import type { Call, LogLine, LogOptions, ReadFileResult } from '../port.ts'
import { bounded, type FakeEngine, findImage } from './fake-engine.ts'
import type { FakeWorkload } from './fake-workload.ts'

export async function* fakeHints(engine: FakeEngine, installation: string, call: Call): AsyncGenerator<string> {
  const names = new Set<string>()
  let wake: () => void = () => undefined
  const listener = (workload: FakeWorkload): void => {
    if (workload.installation !== installation || engine.hintsDropped) return
    names.add(workload.spec.name)
    wake()
  }
  const abort = (): void => wake()
  engine.hintListeners.add(listener)
  call.signal.addEventListener('abort', abort)
  try {
    while (!call.signal.aborted) {
      const batch = [...names]
      names.clear()
      yield* batch
      if (names.size > 0 || call.signal.aborted) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    engine.hintListeners.delete(listener)
    call.signal.removeEventListener('abort', abort)
  }
}

export async function* fakeLogs(
  { engine, workload }: { engine: FakeEngine; workload: FakeWorkload },
  options: LogOptions,
  call: Call,
): AsyncGenerator<readonly LogLine[]> {
  const since = options.since?.getTime() ?? Number.NEGATIVE_INFINITY
  const connection = engine.connections.signal
  let next = 0
  for (;;) {
    const batch = workload.lines.slice(next).filter((line) => line.at.getTime() >= since)
    next = workload.lines.length
    const mayGrow = workload.phase !== 'exited'
    if (batch.length > 0) yield batch
    if (connection.aborted) throw new DriverError('unavailable', 'the connection to the fake engine broke')
    if (!options.follow || (!mayGrow && next === workload.lines.length)) return
    if (mayGrow && next === workload.lines.length) await bounded(engine, call, (bound) => workload.changed(bound))
  }
}

/** Directories exist where a file is below them, and the working directory always does. */
export function fakeFile(
  { engine, workload }: { engine: FakeEngine; workload: FakeWorkload },
  path: string,
  maxBytes: number,
): ReadFileResult {
  const workingDirectory = findImage(engine, workload.spec.image)?.workingDirectory ?? '/'
  const wanted = posix.resolve(workingDirectory, path)
  const files = Object.entries(workload.files).map(([key, file]) => ({
    at: posix.resolve(workingDirectory, key),
    file,
  }))
  const found = files.find(({ at }) => at === wanted)?.file
  const directories = [workingDirectory, ...files.map(({ at }) => at)]
  const isDirectory =
    wanted === '/' || wanted === workingDirectory || directories.some((at) => at.startsWith(`${wanted}/`))
  if (found === undefined) return { kind: isDirectory ? 'not_a_file' : 'absent' }
  if (typeof found !== 'string' && !(found instanceof Uint8Array)) return { kind: 'not_a_file' }
  const bytes = Buffer.from(found)
  return bytes.length > maxBytes ? { kind: 'too_large' } : { kind: 'content', bytes }
}
