/** Which operation answers which route. A route that is neither here nor in `notBuilt` does not compile. */
import type { OperationId } from '@cairn/contract'
import { type AnyOperation, untyped } from './http/serve-operations.ts'
import type { NotBuilt } from './not-built.ts'
import { createArtifact, createArtifactVersion } from './operations/artifacts/create-artifact.ts'
import { deleteArtifact, deleteArtifactVersion } from './operations/artifacts/delete-artifact.ts'
import { listArtifactFiles } from './operations/artifacts/list-artifact-files.ts'
import {
  describeArtifact,
  downloadArtifact,
  downloadArtifactVersion,
  listArtifacts,
} from './operations/artifacts/read-artifacts.ts'
import { updateArtifact } from './operations/artifacts/update-artifact.ts'
import { followEvents } from './operations/events/follow-events.ts'
import { executeWorkflow, retryExecution } from './operations/executions/execute-workflow.ts'
import {
  downloadExecutionLogs,
  getExecutionDetails,
  getExecutionLogs,
  listExecutions,
  readExecutionLogFile,
} from './operations/executions/read-executions.ts'
import { stopExecution } from './operations/executions/stop-execution.ts'
import { buildImageVersion } from './operations/images/build-image-version.ts'
import { createImage, createImageVersion } from './operations/images/create-image.ts'
import { deleteImage, deleteImageVersion, deleteImageVersions } from './operations/images/delete-images.ts'
import { downloadBuildLogs, getBuildLogs, listImageBuilds, readBuildLogFile } from './operations/images/read-builds.ts'
import {
  describeImage,
  describeImageVersion,
  getImageVersionSbom,
  listImages,
  listImageVersions,
} from './operations/images/read-images.ts'
import { getDisk } from './operations/images/get-disk.ts'
import { setImageVersionTags } from './operations/images/tag-image-version.ts'
import { stopBuild } from './operations/images/stop-build.ts'
import { updateImageVersion } from './operations/images/update-image-version.ts'
import { downloadExport, listExports } from './operations/exports/exports.ts'
import { deleteQuery, getQuery, listQueries, listQueryVersions, putQuery } from './operations/queries/queries.ts'
import { runQuery } from './operations/queries/run-query.ts'
import { createSecret, deleteSecret, listSecrets, rotateSecret } from './operations/secrets/secrets.ts'
import { describeDelivery, listDeliveries, redeliver, testWatcher } from './operations/notifications/deliveries.ts'
import { listInbox, markInboxEntryRead, markInboxRead } from './operations/notifications/inbox.ts'
import { getServiceMetrics } from './operations/services/get-service-metrics.ts'
import {
  addServiceDomain,
  listServiceDomains,
  removeServiceDomain,
  verifyServiceDomain,
} from './operations/services/service-domains.ts'
import { listWakes } from './operations/services/list-wakes.ts'
import { downloadServiceLogs, getServiceLogs, readServiceLogFile } from './operations/services/service-logs.ts'
import { describeService, listServices } from './operations/services/read-services.ts'
import { listServiceRevisions, rollbackService } from './operations/services/revisions.ts'
import { listWorkflowRevisions, restoreWorkflowRevision } from './operations/workflows/revisions.ts'
import { restartService, startService, stopService } from './operations/services/run-service.ts'
import { testService } from './operations/services/test-service.ts'
import { createService, deleteService, updateService } from './operations/services/write-service.ts'
import { callWebhook } from './operations/triggers/call-webhook.ts'
import { listPastFirings } from './operations/triggers/list-past-firings.ts'
import { listScheduleCalendar } from './operations/triggers/list-schedule-calendar.ts'
import { listScheduleHistory } from './operations/triggers/read-schedule-history.ts'
import { getTenantMetadata } from './operations/session/get-tenant-metadata.ts'
import { exportAuditEvents, listAuditEvents } from './operations/people/audit.ts'
import { acceptInvitation, changePassword } from './operations/people/passwords.ts'
import { createToken, listTokens, revokeToken } from './operations/people/tokens.ts'
import { inviteUser, renewInvitation } from './operations/people/invitations.ts'
import { deleteUser, describeUser, listUsers, updateUser } from './operations/people/users.ts'
import { checkPermissions } from './operations/session/check-permissions.ts'
import { getSignInWays } from './operations/session/sign-in-ways.ts'
import { createSession, endSession, getSession } from './operations/session/sessions.ts'
import { sendTelemetry } from './operations/session/send-telemetry.ts'
import { getSystemHealth } from './operations/system/get-system-health.ts'
import { listBackups, makeBackup } from './operations/system/backups.ts'
import { getSystemReport } from './operations/system/get-system-report.ts'
import { listInstanceOptions } from './operations/tenants/list-instance-options.ts'
import { listWarehouses } from './operations/tenants/list-warehouses.ts'
import {
  describeWorkflow,
  getDefaultResource,
  listResources,
  listWorkflows,
} from './operations/workflows/read-workflows.ts'
import {
  createWorkflow,
  deleteWorkflow,
  pauseWorkflow,
  resumeWorkflow,
  updateWorkflow,
} from './operations/workflows/write-workflow.ts'
import type { Operation } from './operation.ts'

export type Handlers = { readonly [Id in Exclude<OperationId, NotBuilt>]: Operation<Id> }

const built: Handlers = {
  getTenantMetadata,
  sendTelemetry,
  checkPermissions,
  createSession,
  getSignInWays,
  getSession,
  endSession,
  listArtifactFiles,
  listArtifacts,
  createArtifact,
  describeArtifact,
  createArtifactVersion,
  updateArtifact,
  deleteArtifact,
  deleteArtifactVersion,
  downloadArtifact,
  downloadArtifactVersion,
  listImages,
  createImage,
  describeImage,
  listImageVersions,
  createImageVersion,
  describeImageVersion,
  updateImageVersion,
  deleteImage,
  deleteImageVersion,
  deleteImageVersions,
  getDisk,
  buildImageVersion,
  setImageVersionTags,
  getImageVersionSbom,
  listImageBuilds,
  stopBuild,
  getBuildLogs,
  downloadBuildLogs,
  readBuildLogFile,
  executeWorkflow,
  stopExecution,
  retryExecution,
  listExecutions,
  getExecutionDetails,
  getExecutionLogs,
  downloadExecutionLogs,
  readExecutionLogFile,
  listWorkflows,
  createWorkflow,
  describeWorkflow,
  updateWorkflow,
  deleteWorkflow,
  pauseWorkflow,
  resumeWorkflow,
  listResources,
  getDefaultResource,
  listScheduleHistory,
  listScheduleCalendar,
  listPastFirings,
  callWebhook,
  listServices,
  createService,
  describeService,
  updateService,
  deleteService,
  stopService,
  startService,
  restartService,
  getServiceMetrics,
  listWakes,
  listServiceDomains,
  addServiceDomain,
  verifyServiceDomain,
  removeServiceDomain,
  getServiceLogs,
  downloadServiceLogs,
  readServiceLogFile,
  listServiceRevisions,
  listWorkflowRevisions,
  restoreWorkflowRevision,
  rollbackService,
  testService,
  getSystemHealth,
  getSystemReport,
  listBackups,
  makeBackup,
  followEvents,
  listInstanceOptions,
  listWarehouses,
  listExports,
  downloadExport,
  listQueries,
  putQuery,
  runQuery,
  getQuery,
  listQueryVersions,
  deleteQuery,
  listSecrets,
  createSecret,
  rotateSecret,
  deleteSecret,
  testWatcher,
  listDeliveries,
  describeDelivery,
  redeliver,
  listInbox,
  markInboxRead,
  markInboxEntryRead,
  listUsers,
  inviteUser,
  describeUser,
  updateUser,
  deleteUser,
  renewInvitation,
  acceptInvitation,
  changePassword,
  listTokens,
  createToken,
  revokeToken,
  listAuditEvents,
  exportAuditEvents,
}

export const handlers: ReadonlyMap<OperationId, AnyOperation> = new Map(
  Object.entries(built).map(([id, operation]) => [id as OperationId, untyped(operation as Operation<OperationId>)]),
)
