import type { StoredBuildStatus } from '@cairn/contract'

/** Times a build is started at most, when the server dies under it. */
export const maxBuildAttempts = 3

export interface BuildFacts {
  readonly status: StoredBuildStatus
  /** Times it was started so far. */
  readonly attempts: number
  /** Unfinished builds of the tenant that were asked for before this one. */
  readonly buildsAhead: number
  /** Builds that a tenant may run at a time. */
  readonly tenantConcurrency: number
  /** E-mail of who asked for its end; null = nobody did, or its version is being deleted. */
  readonly stopRequestedBy: string | null
  readonly stopReason: string | null
  /** Resources wait to be redeployed after its success. */
  readonly isDeployDue: boolean
}

export type BuildDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'deploy' }
  | { readonly kind: 'wait' }
  /** `notice` is for the build's log: why it starts once more. */
  | { readonly kind: 'start'; readonly attempt: number; readonly notice: string | null }
  | { readonly kind: 'finish'; readonly status: 'failed' | 'stopped'; readonly reason: string }

/**
 * What to do with a build whose work item was just claimed. Nobody works on it then: a build that is `running` was left
 * so by a process that died.
 */
export function decideBuild(facts: BuildFacts): BuildDecision {
  switch (facts.status) {
    case 'queued':
      if (facts.buildsAhead >= facts.tenantConcurrency) return { kind: 'wait' }
      return { kind: 'start', attempt: facts.attempts + 1, notice: null }
    case 'running':
      return decideInterrupted(facts.attempts)
    case 'stopping':
      return { kind: 'finish', status: 'stopped', reason: describeStop(facts) }
    case 'success':
      return { kind: facts.isDeployDue ? 'deploy' : 'nothing' }
    case 'failed':
    case 'stopped':
      break
  }
  return { kind: 'nothing' }
}

/** Why a build that is `stopping` ends. */
export function describeStop({
  stopRequestedBy,
  stopReason,
}: Pick<BuildFacts, 'stopRequestedBy' | 'stopReason'>): string {
  if (stopRequestedBy === null) return 'stopped because the image version is being deleted'
  return stopReason === null ? `stopped by ${stopRequestedBy}` : `stopped by ${stopRequestedBy}: ${stopReason}`
}

function decideInterrupted(attempts: number): BuildDecision {
  if (attempts >= maxBuildAttempts) {
    const reason = `the server stopped during each of ${attempts} attempts; if the build needs more than the machine has, make it smaller, then build again`
    return { kind: 'finish', status: 'failed', reason }
  }
  const attempt = attempts + 1
  const notice = `the server stopped during this build; building again (attempt ${attempt} of ${maxBuildAttempts})`
  return { kind: 'start', attempt, notice }
}
