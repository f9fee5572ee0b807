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
  readonly status: 'Running' | 'Success' | 'Failed' | null
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
}
