/** Every status on the wire and in the database; a test compares them with the CHECK constraints of the store. */

/** Type of an image. */
export const imageTypes = ['workflow', 'workspace-r', 'workspace-python', 'api', 'webapp'] as const
export type ImageType = (typeof imageTypes)[number]

/** Stored and on the wire. `in-use` is derived from what refers to the version. */
export const imageVersionStatuses = ['not-ready', 'ready', 'in-use', 'deleting', 'delete-failed'] as const
export type ImageVersionStatus = (typeof imageVersionStatuses)[number]

/** On the wire. */
export const buildStatuses = ['building', 'success', 'failed', 'stopping', 'stopped'] as const
export type BuildStatus = (typeof buildStatuses)[number]

/** Stored; `queued` and `running` are `building` on the wire. */
export const storedBuildStatuses = ['queued', 'running', 'success', 'failed', 'stopping', 'stopped'] as const
export type StoredBuildStatus = (typeof storedBuildStatuses)[number]

/** On the wire. */
export const workflowStatuses = ['Draft', 'Available', 'Running', 'Paused'] as const
export type WorkflowStatus = (typeof workflowStatuses)[number]

/** On the wire. */
export const executionStatuses = ['Running', 'Success', 'Failed', 'Stopping', 'Stopped'] as const
export type ExecutionStatus = (typeof executionStatuses)[number]

/**
 * Stored; `waiting` (for a place among the workflow's runs), `queued` (no engine owns it yet) and `running` are `Running`
 * on the wire.
 */
export const storedExecutionStatuses = [
  'waiting',
  'queued',
  'running',
  'stopping',
  'success',
  'failed',
  'stopped',
] as const
export type StoredExecutionStatus = (typeof storedExecutionStatuses)[number]

/** Nothing of the run changes any more. */
export function isEndedExecution(status: StoredExecutionStatus): status is 'success' | 'failed' | 'stopped' {
  return status === 'success' || status === 'failed' || status === 'stopped'
}

/** Stored. What made a run start. */
export const runTriggers = ['manual', 'schedule', 'webhook', 'retry'] as const
export type RunTrigger = (typeof runTriggers)[number]

/** Stored and on the wire. What became of a time of a schedule. */
export const tickOutcomes = ['fired', 'missed'] as const
export type TickOutcome = (typeof tickOutcomes)[number]

/** Derived from the events of a run. */
export const stepStatuses = ['Pending', 'Queued', 'Running', 'Success', 'Failed', 'Skipped', 'Stopped'] as const
export type StepStatus = (typeof stepStatuses)[number]

/**
 * What an entry of a run's list of decisions is about. Of the run: `created` (by whom), `queued` (behind which run),
 * `stopping` (by whom), `timed_out`, `finished`. Of a step: `waiting` (for which steps), `started` (because of what),
 * `retried`, `lost`, `handled` (its failure, by which step), and how it ended.
 */
export const decisionKinds = [
  'created',
  'queued',
  'stopping',
  'timed_out',
  'finished',
  'waiting',
  'started',
  'retried',
  'lost',
  'handled',
  'succeeded',
  'failed',
  'skipped',
  'left_out',
  'reused',
  'stopped',
] as const
export type DecisionKind = (typeof decisionKinds)[number]

export const stepTypes = ['standard', 'http', 'sql', 'export'] as const
export type StepType = (typeof stepTypes)[number]

/** Stored and on the wire: what can name a secret. */
export const secretUserKinds = ['workflow', 'image', 'service'] as const
export type SecretUserKind = (typeof secretUserKinds)[number]

export const serviceTypes = ['web-app', 'api', 'shiny'] as const
export type ServiceType = (typeof serviceTypes)[number]

/** Stored and on the wire. */
export const serviceStatuses = [
  'CREATING',
  'DEPLOYING',
  'AVAILABLE',
  'DELETING',
  'CREATE_FAILED',
  'DELETE_FAILED',
] as const
export type ServiceStatus = (typeof serviceStatuses)[number]

/** Stored and on the wire. Of a domain of a service: it is used while `active`. */
export const domainStatuses = ['pending', 'active', 'failed'] as const
export type DomainStatus = (typeof domainStatuses)[number]

/** Stored. A revision is immutable but for its status. */
export const revisionStatuses = ['starting', 'active', 'draining', 'removed', 'failed'] as const
export type RevisionStatus = (typeof revisionStatuses)[number]

/** Stored and on the wire. Why a revision was made; `image-built` = by a build that was to deploy its image. */
export const revisionCauses = ['created', 'updated', 'restarted', 'rolled-back', 'image-built'] as const
export type RevisionCause = (typeof revisionCauses)[number]

/**
 * On the wire. Beside the status: whether instances run, are frozen (in memory, without CPU), are gone until a request comes
 * (`asleep`), or are gone until somebody starts the service (`stopped`).
 */
export const serviceRunStates = ['running', 'frozen', 'asleep', 'stopped'] as const
export type ServiceRunState = (typeof serviceRunStates)[number]

/** Stored and on the wire. What the engine last saw of an instance. */
export const instanceStatuses = ['starting', 'ready', 'unready', 'stopping'] as const
export type InstanceStatus = (typeof instanceStatuses)[number]

/** Stored and on the wire. What watchers are told of; `test` is asked for by hand. */
export const watcherEvents = ['success', 'fail', 'runtimeExceeded', 'missed', 'recovered', 'test'] as const
export type WatcherEvent = (typeof watcherEvents)[number]

/** Stored and on the wire. How somebody is told. */
export const deliveryChannels = ['inbox', 'email', 'webhook'] as const
export type DeliveryChannel = (typeof deliveryChannels)[number]

/** Stored and on the wire. */
export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

/** Of a backup, stored and on the wire. */
export const backupStatuses = ['queued', 'running', 'completed', 'failed'] as const
export type BackupStatus = (typeof backupStatuses)[number]

export const backupStartedBy = ['schedule', 'request'] as const
export type BackupStartedBy = (typeof backupStartedBy)[number]

/** Of trying to restore a backup, stored and on the wire. */
export const proofStatuses = ['running', 'proven', 'failed'] as const
export type ProofStatus = (typeof proofStatuses)[number]
