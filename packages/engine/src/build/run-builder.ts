import { CairnError } from '@cairn/contract'
import { type CrashPoints, imageTag, maxBuildAttempts, type SecretMask } from '@cairn/domain'
import { type BuildRequest, DriverError, type EngineDriver, type ImageBuilder, type ImageDetails } from '@cairn/driver'
import type { BuildToRun, Database, SecretCipher } from '@cairn/store'
import { makeRoom } from '../image/keep-disk.ts'
import { maskError } from '../execution/secrets/read-attempt-secrets.ts'
import { pullNamedImages } from '../registry/pull-missing.ts'
import type { RegistrySettings } from '../registry/registry-settings.ts'
import type { BuildLog } from './build-log.ts'
import type { BuildSettings } from './build-settings.ts'
import { type PreparationParts, prepareContext } from './prepare-context.ts'
import type { PreparedContext } from './prepared-context.ts'
import { type BuildSecrets, mountsOf, secretsOf } from './secrets-of-build.ts'

export interface RunBuilderParts extends PreparationParts {
  readonly builder: ImageBuilder
  readonly driver: Pick<EngineDriver, 'preflight' | 'diskSpace' | 'pruneBuildCache' | 'inspectImage' | 'pullImage'>
  readonly database: Database
  readonly secretCipher: SecretCipher
  readonly crashPoints: CrashPoints
  readonly installationId: string
  readonly settings: BuildSettings
  /** From which images that a Dockerfile names are pulled; null = from none. */
  readonly registry: RegistrySettings | null
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

/** What is known of an attempt, however it ended. */
export interface AttemptFacts {
  /** The commit of the repository that it was made from; null = from none, or none was fetched. */
  readonly commit: string | null
  readonly end: AttemptEnd
}

/** Prepares the context and builds. What it answers holds no secret. @throws only the signal's reason */
export async function runBuilder(parts: RunBuilderParts, attempt: Attempt): Promise<AttemptFacts> {
  const read = await secretsOf({ db: parts.database.db, cipher: parts.secretCipher }, attempt.build)
  if (read.kind === 'refused') return { commit: null, end: { kind: 'failed', reason: read.reason } }
  const { secrets } = read
  attempt.log.hide(secrets.mask)
  const { deadlineMs } = parts.settings
  const deadline = AbortSignal.timeout(deadlineMs)
  const bounded = { ...attempt, signal: AbortSignal.any([attempt.signal, deadline]) }
  let commit: string | null = null
  try {
    const end = await build(parts, bounded, secrets, (fetched) => {
      commit = fetched
    })
    return { commit, end: maskEnd(end, secrets.mask) }
  } catch (error) {
    attempt.signal.throwIfAborted()
    if (deadline.aborted) return { commit, end: { kind: 'failed', reason: `timed out after ${deadlineMs / 1000} s` } }
    return { commit, end: maskEnd(await classifyFailure(parts, attempt, error), secrets.mask) }
  }
}

function maskEnd(end: AttemptEnd, mask: SecretMask): AttemptEnd {
  if (end.kind === 'built') return end
  const reason = mask.mask(end.reason)
  return end.kind === 'failed' ? { ...end, reason } : { ...end, reason, error: maskError(end.error, mask) }
}

async function build(
  parts: RunBuilderParts,
  attempt: Attempt,
  secrets: BuildSecrets,
  onCommit: (commit: string | null) => void,
): Promise<AttemptEnd> {
  const { signal, log } = attempt
  const [builder, full] = await Promise.all([
    parts.builder.describe({ signal }),
    makeRoom(parts.driver, parts.settings.keepFreeBytes, { signal }),
  ])
  log.line(`builder: ${builder}`)
  if (full !== null) return { kind: 'failed', reason: full }
  const source = { ...attempt.build, secrets: secrets.given }
  const takesDirectories = await parts.builder.takesDirectories(limitsOf(parts.settings), { signal })
  const preparation = await prepareContext(parts, { build: source, values: secrets.values, takesDirectories, signal })
  if (preparation.kind === 'refused') return { kind: 'failed', reason: preparation.reason }
  const { prepared } = preparation
  try {
    onCommit(prepared.commit)
    if (prepared.commit !== null) log.line(`commit: ${prepared.commit}`)
    for (const note of prepared.notes) log.line(note)
    const named = { tenantId: attempt.build.tenantId, imageTags: prepared.imageTags }
    for (const tag of await pullNamedImages(parts, named, { signal })) log.line(`pulled from the registry: ${tag}`)
    parts.crashPoints.reach('build.prepared')
    return await buildPrepared(parts, attempt, prepared, secrets)
  } finally {
    await prepared.release()
  }
}

async function buildPrepared(
  parts: RunBuilderParts,
  { build: { tenantId, imageId, versionId, details }, signal, log }: Attempt,
  { context, directory, dockerfilePath, needsBuildKit, buildArguments }: PreparedContext,
  secrets: BuildSecrets,
): Promise<AttemptEnd> {
  const tag = imageTag(parts.installationId, tenantId, imageId, versionId)
  const request = {
    tag,
    labels: {},
    context,
    directory,
    dockerfilePath,
    needsBuildKit,
    buildArguments,
    secrets: mountsOf(secrets),
    useCache: details.useCache ?? true,
    limits: limitsOf(parts.settings),
  }
  const result = await parts.builder.build(request, log.output, { signal })
  signal.throwIfAborted()
  return result.kind === 'built' ? { kind: 'built', image: result.image, tag } : result
}

function limitsOf({ cpus, memoryBytes }: BuildSettings): BuildRequest['limits'] {
  return { cpus, memoryBytes }
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
