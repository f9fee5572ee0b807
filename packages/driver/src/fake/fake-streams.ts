import type { Call, LogLine, LogOptions, ReadFileResult } from '../port.ts'
import { bounded, type FakeEngine } from './fake-engine.ts'
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
  workload: FakeWorkload,
  options: LogOptions,
  call: Call,
): AsyncGenerator<readonly LogLine[]> {
  const since = options.since?.getTime() ?? Number.NEGATIVE_INFINITY
  let next = 0
  for (;;) {
    const batch = workload.lines.slice(next).filter((line) => line.at.getTime() >= since)
    next = workload.lines.length
    const mayGrow = workload.phase !== 'exited'
    if (batch.length > 0) yield batch
    if (!options.follow || (!mayGrow && next === workload.lines.length)) return
    if (mayGrow && next === workload.lines.length) await bounded(call, () => workload.changed(call))
  }
}

export function fakeFile(workload: FakeWorkload, path: string, maxBytes: number): ReadFileResult {
  const file = workload.readFile(path)
  if (file === undefined) return { kind: 'absent' }
  if (typeof file !== 'string' && !(file instanceof Uint8Array)) return { kind: 'not_a_file' }
  const bytes = Buffer.from(file)
  return bytes.length > maxBytes ? { kind: 'too_large' } : { kind: 'content', bytes }
}
