/** The words that options take, as the contract has them; a test compares. Written here, as the contract loads slowly. */
import type {
  BuildStatus,
  ExecutionStatus,
  ImageType,
  ImageVersionStatus,
  InstanceEntityType,
  ServiceStatus,
  ServiceType,
  WorkflowStatus,
} from '@cairn/contract'

export const words = {
  imageTypes: ['workflow', 'workspace-r', 'workspace-python', 'api', 'webapp'] satisfies readonly ImageType[],
  imageVersionStatuses: [
    'not-ready',
    'ready',
    'in-use',
    'deleting',
    'delete-failed',
  ] satisfies readonly ImageVersionStatus[],
  imageScopes: ['custom', 'global'],
  buildStatuses: ['building', 'success', 'failed', 'stopping', 'stopped'] satisfies readonly BuildStatus[],
  buildSources: ['upload', 'github', 'dockerfile'],
  workflowStatuses: ['Draft', 'Available', 'Running', 'Paused'] satisfies readonly WorkflowStatus[],
  executionStatuses: ['Running', 'Success', 'Failed', 'Stopping', 'Stopped'] satisfies readonly ExecutionStatus[],
  serviceTypes: ['web-app', 'api', 'shiny'] satisfies readonly ServiceType[],
  serviceStatuses: [
    'CREATING',
    'DEPLOYING',
    'AVAILABLE',
    'DELETING',
    'CREATE_FAILED',
    'DELETE_FAILED',
  ] satisfies readonly ServiceStatus[],
  instanceEntityTypes: [
    'api-deployment',
    'data-bridge',
    'webapp',
    'workflow',
    'workspace',
  ] satisfies readonly InstanceEntityType[],
  retryOrigins: ['failed', 'start'],
  httpMethods: ['get', 'post', 'put', 'patch', 'delete'],
} as const
