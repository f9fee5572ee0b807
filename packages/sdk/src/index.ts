/** The client of a Cairn server. The shapes of the wire are exported by the names of the API reference. */
export type * from '@cairn/contract'
export { type CairnClient, type ClientOptions, type RawGiven, createClient } from './create-client.ts'
export {
  BadRequestError,
  CairnApiError,
  CairnConnectionError,
  CairnTimeoutError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  PayloadTooLargeError,
  ServerError,
  TooManyRequestsError,
  UnauthorizedError,
  UnprocessableError,
  UnwantedOutcomeError,
} from './errors.ts'
export type { List } from './list.ts'
export type { WaitOptions, WatchOptions } from './watch.ts'
export type {
  CallOptions,
  Download,
  Given,
  InputOf,
  OutputOf,
  RawAnswer,
  StepwiseOptions,
  UploadOptions,
} from './transport/call-options.ts'
export type { ArtifactSource, FilePart, OnProgress, Progress } from './transport/multipart-body.ts'
export type { RetryPolicy } from './transport/retry-policy.ts'
export type { BuildLogLine } from './resources/images.ts'
export type { FollowedEvent, FollowOptions } from './resources/events.ts'
export type { FeatureAction } from './resources/users.ts'
export type { Attachment } from './resources/emails.ts'
export { type StepPatch, type WorkflowPatch, patchedWorkflow } from './resources/patch-workflow.ts'
