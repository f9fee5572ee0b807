import type { StoredExecutionStatus } from '@cairn/contract'

/**
 * What a notification tells: facts about a run, or about one that did not start, as they were when it happened. Frozen,
 * so that each attempt, and each delivery again, says the same. JSON-serialisable; absence is `null`.
 */
export interface NotificationFacts {
  readonly tenantName: string
  readonly workflowId: number
  readonly workflowName: string
  readonly executionId: string | null
  /** As on the wire. A run that did not start has none. */
  readonly status: 'Running' | 'Success' | 'Failed' | 'Stopped' | null
  /** Why the run did not succeed, or did not start. Secrets are masked in it already. */
  readonly reason: string | null
  /** Where the run, or without one the workflow, is described. */
  readonly url: string
  /** ISO 8601: the run's first attempt. */
  readonly startedAt: string | null
  readonly finishedAt: string | null
  /** The limit that the run exceeded; null for other events. */
  readonly minutes: number | null
  /** ISO 8601: when the run that did not start was due; null for other events. */
  readonly scheduledAt: string | null
}

/** A webhook as the watcher asks for it. */
export interface WebhookContent {
  readonly url: string
  /** With `{{placeholders}}`; see `renderPayload`. */
  readonly payload: string
  /** Name of the secret that its calls are signed with. */
  readonly signingSecret?: string
}

/** A workflow, and maybe a run of it, as the store has them. */
export interface FactsSource {
  readonly tenantName: string
  readonly workflowId: number
  readonly workflowName: string
  readonly run: {
    readonly executionId: string
    readonly status: StoredExecutionStatus
    readonly reason: string | null
    readonly firstAttemptAt: Date | null
    readonly finishedAt: Date | null
  } | null
}

const longestReason = 4000

/** @param publicUrl where the server is reached; begins the link, which leads to a page of the dashboard */
export function notificationFacts(
  source: FactsSource,
  publicUrl: string,
  more: Partial<Pick<NotificationFacts, 'reason' | 'minutes' | 'scheduledAt'>> = {},
): NotificationFacts {
  const { tenantName, workflowId, workflowName, run } = source
  const workflowUrl = `${publicUrl}/workflows/${workflowId}`
  return {
    tenantName,
    workflowId,
    workflowName,
    executionId: run?.executionId ?? null,
    status: run === null ? null : shownStatus(run.status),
    url: run === null ? workflowUrl : `${workflowUrl}/runs/${run.executionId}`,
    startedAt: run?.firstAttemptAt?.toISOString() ?? null,
    finishedAt: run?.finishedAt?.toISOString() ?? null,
    minutes: more.minutes ?? null,
    scheduledAt: more.scheduledAt ?? null,
    reason: shortened(more.reason ?? run?.reason ?? null),
  }
}

function shownStatus(status: StoredExecutionStatus): NotificationFacts['status'] {
  if (status === 'success') return 'Success'
  if (status === 'failed') return 'Failed'
  return status === 'stopped' ? 'Stopped' : 'Running'
}

function shortened(reason: string | null): string | null {
  return reason === null || reason.length <= longestReason ? reason : `${reason.slice(0, longestReason)}…`
}
