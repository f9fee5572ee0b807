import { CairnError } from '@cairn/contract'
import { imageTag, maxBuildAttempts } from '@cairn/domain'
import { DriverError, type EngineDriver, type ImageBuilder, type ImageDetails } from '@cairn/driver'
import type { BuildToRun } from '@cairn/store'
import type { BuildLog } from './build-log.ts'
import type { BuildSettings } from './build-settings.ts'
import { type PreparationParts, prepareContext } from './prepare-context.ts'

export interface RunBuilderParts extends PreparationParts {
  readonly builder: ImageBuilder
  readonly driver: Pick<EngineDriver, 'preflight'>
  readonly installationId: string
  readonly settings: BuildSettings
}

const enginePatienceMs = 5000

/** How one attempt ended. */
export type AttemptEnd =
  | { readonly kind: 'built'; readonly image: ImageDetails; readonly tag: string }
  /** For good; the reason is for the user. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The attempt was interrupted or the engine did not do its part; the build is tried again. */
  | { readonly kind: 'again'; readonly isCounted: boolean; readonly reason: string; readonly error: unknown }

export interface Attempt {
  readonly build: BuildToRun
  /** From 1 on. */
  readonly number: number
  readonly log: BuildLog
  readonly signal: AbortSignal
}

/** Prepares the context and builds. @throws only the signal's reason */
export async function runBuilder(parts: RunBuilderParts, attempt: Attempt): Promise<AttemptEnd> {
  const { deadlineMs } = parts.settings
  const deadline = AbortSignal.timeout(deadlineMs)
  try {
    return await build(parts, { ...attempt, signal: AbortSignal.any([attempt.signal, deadline]) })
  } catch (error) {
    attempt.signal.throwIfAborted()
    if (deadline.aborted) return { kind: 'failed', reason: `timed out after ${deadlineMs / 1000} s` }
    return await classifyFailure(parts, attempt, error)
  }
}

async function build(parts: RunBuilderParts, attempt: Attempt): Promise<AttemptEnd> {
  const { signal, log } = attempt
  log.line(`builder: ${await parts.builder.describe({ signal })}`)
  const preparation = await prepareContext(parts, attempt.build, signal)
  if (preparation.kind === 'refused') return { kind: 'failed', reason: preparation.reason }
  const { prepared } = preparation
  const { tenantId, imageId, versionId, details } = attempt.build
  const tag = imageTag(parts.installationId, tenantId, imageId, versionId)
  const { context, dockerfilePath, buildArguments } = prepared
  const request = {
    tag,
    labels: {},
    context,
    dockerfilePath,
    buildArguments,
    secrets: {},
    useCache: details.useCache ?? true,
  }
  try {
    const result = await parts.builder.build(request, log.line, { signal })
    signal.throwIfAborted()
    return result.kind === 'built' ? { kind: 'built', image: result.image, tag } : result
  } finally {
    await prepared.release()
  }
}

async function classifyFailure(parts: RunBuilderParts, attempt: Attempt, error: unknown): Promise<AttemptEnd> {
  if (error instanceof CairnError) return { kind: 'failed', reason: error.message }
  if (error instanceof DriverError && !error.retryable) {
    return { kind: 'failed', reason: `the container engine refused the build: ${error.message}` }
  }
  const reason = `the build was interrupted: ${error instanceof Error ? error.message : String(error)}`
  const isCounted = !(await isEngineAway(parts.driver, error, attempt.signal))
  if (!isCounted || attempt.number < maxBuildAttempts) return { kind: 'again', isCounted, reason, error }
  return { kind: 'failed', reason: `${reason} (attempt ${attempt.number} of ${maxBuildAttempts})` }
}

/**
 * An engine that is away says nothing about the build, so waiting for it costs no attempt. A builder may call a
 * registry's silence by the same name, so the engine itself is asked.
 */
async function isEngineAway(
  driver: Pick<EngineDriver, 'preflight'>,
  error: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(error instanceof DriverError) || error.code !== 'unavailable') return false
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(enginePatienceMs)])
  const answer = await driver.preflight({ signal: bounded }).catch((away: unknown) => away)
  signal.throwIfAborted()
  return answer instanceof DriverError && (answer.code === 'unavailable' || answer.code === 'timeout')
}
