import type { BuildRequest, BuildResult, ImageBuilder, ImageDetails } from '../port.ts'
import { DriverError } from '../driver-error.ts'
import type { FakeDriver } from './fake-driver.ts'

/** What one build does: its log lines, then its outcome. */
export interface FakeBuild {
  readonly lines?: readonly string[]
  /** Default: built, with these details. */
  readonly image?: Partial<ImageDetails>
  readonly failure?: string
  /** Throws this instead of ending, as an engine's fault does. */
  readonly error?: DriverError
  /** Awaited before the outcome, so that a test can hold a build open. */
  readonly until?: Promise<void>
}

export interface FakeImageBuilder extends ImageBuilder {
  /** Every request so far, with the context's bytes read to the end. */
  readonly requests: readonly (Omit<BuildRequest, 'context'> & { readonly contextBytes: Uint8Array })[]
}

/** Builds nothing, but reads the context as a real builder does and registers the image with the fake engine. */
export function createFakeImageBuilder(
  driver: FakeDriver,
  build: FakeBuild | ((request: BuildRequest) => FakeBuild) = {},
): FakeImageBuilder {
  const requests: (Omit<BuildRequest, 'context'> & { readonly contextBytes: Uint8Array })[] = []
  return {
    requests,
    describe: async () => 'fake builder',
    takesDirectories: async () => false,
    build: async (request, onLine, call): Promise<BuildResult> => {
      const { context, ...rest } = request
      const chunks: Uint8Array[] = []
      for await (const chunk of context) chunks.push(chunk)
      requests.push({ ...rest, contextBytes: Buffer.concat(chunks) })
      const outcome = typeof build === 'function' ? build(request) : build
      for (const line of outcome.lines ?? []) onLine(line)
      await Promise.race([outcome.until ?? Promise.resolve(), aborted(call.signal)])
      if (call.signal.aborted) throw new DriverError('timeout', 'the caller stopped waiting')
      if (outcome.error !== undefined) throw outcome.error
      if (outcome.failure !== undefined) return { kind: 'failed', reason: outcome.failure }
      return { kind: 'built', image: driver.control.addImage(request.tag, outcome.image ?? {}) }
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
