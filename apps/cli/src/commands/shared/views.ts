/** How lists are shown as tables: the columns of the reference. */
import { columnsOf, valueAt } from '../../output/table.ts'
import type { ListView } from '../../output/output.ts'

export function view(key: string, countKey: string, titles: Readonly<Record<string, string>>): ListView {
  return { key, countKey, columns: columnsOf(titles) }
}

export const imageList = view('images', 'imageCount', {
  id: 'ID',
  name: 'Image Name',
  type: 'Type',
  scope: 'Scope',
  'latestVersion.id': 'Latest Version ID',
  'latestVersion.version': 'Latest Version',
  'latestVersion.status': 'Latest Version Status',
  'latestVersion.lastBuildStatus': 'Latest Version Build Status',
  'latestVersion.tags': 'Tags',
})

export const imageVersionList = view('versions', 'versionCount', {
  id: 'ID',
  version: 'Version',
  description: 'Description',
  status: 'Status',
  lastBuildStatus: 'Last Build Status',
  buildDetails: 'Build Details',
  tags: 'Tags',
})

export const buildList = view('builds', 'buildCount', {
  buildId: 'Build ID',
  versionId: 'Version ID',
  version: 'Version',
  status: 'Build Status',
  startedAt: 'Started At (UTC)',
  finishedAt: 'Finished At (UTC)',
})

export const workflowList = view('workflows', 'workflowsCount', {
  id: 'ID',
  name: 'Workflow Name',
  status: 'Status',
  triggers: 'Triggers',
  'lastExecution.status': 'Last Execution Status',
  'lastExecution.executedAt': 'Last Execution Time (UTC)',
  tags: 'Tags',
})

export const executionList = view('executions', 'executionsCount', {
  executionId: 'Execution ID',
  status: 'Status',
  duration: 'Run Duration',
  executedAt: 'Execution Time (UTC)',
})

/** The steps of a run. */
export const executionSteps = view('steps', 'status', {
  name: 'Step Name',
  startedAt: 'Started At',
  finishedAt: 'Finished At',
  status: 'Status',
  stepType: 'Step Type',
  image: 'Image',
  output: 'Output',
  reason: 'Reason',
})

const serviceColumns = {
  id: 'ID',
  name: 'Name',
  serviceType: 'Service Type',
  status: 'Status',
  state: 'State',
  url: 'URL',
  updatedBy: 'Updated By',
  updatedAt: 'Updated At (UTC)',
  tags: 'Tags',
}

export const serviceList = view('services', 'servicesCount', serviceColumns)
export const webappList = view('webapps', 'webappsCount', serviceColumns)

export const revisionList = view('revisions', 'revisionsCount', {
  revision: 'Revision',
  status: 'Status',
  cause: 'Cause',
  changedFields: 'Changed',
  createdAt: 'Created At (UTC)',
  createdBy: 'Created By',
  reason: 'Reason',
})

const workflowRevision = view('revisions', 'revisionsCount', {
  revision: 'Revision',
  createdAt: 'Created At (UTC)',
  createdBy: 'Created By',
})
export const workflowRevisionList: ListView = {
  ...workflowRevision,
  columns: [...workflowRevision.columns, { title: 'Changed', value: changedPaths }],
}

function changedPaths(revision: unknown): string {
  const changes = valueAt(revision, 'changes')
  return Array.isArray(changes) ? changes.map((change) => valueAt(change, 'path')).join(', ') : ''
}

export const artifactList = view('artifacts', 'artifactCount', {
  id: 'ID',
  description: 'Description',
  name: 'Name',
  createdAt: 'Created At (UTC)',
  createdBy: 'Created By',
})

export const artifactFileList = view('files', 'fileCount', {
  path: 'Path',
  kind: 'Kind',
  sizeBytes: 'Size',
  compressedBytes: 'Packed',
  mode: 'Mode',
})

export const secretList = view('secrets', 'secretCount', {
  name: 'Name',
  version: 'Version',
  usedByCount: 'Used By',
  updatedAt: 'Updated At (UTC)',
  updatedBy: 'Updated By',
})

export const queryList = view('queries', 'queryCount', {
  path: 'Path',
  version: 'Version',
  sizeBytes: 'Bytes',
  updatedAt: 'Updated At (UTC)',
  updatedBy: 'Updated By',
})

export const queryVersionList = view('versions', 'versionCount', {
  version: 'Version',
  sizeBytes: 'Bytes',
  createdAt: 'Created At (UTC)',
  createdBy: 'Created By',
})

export const wakeList = view('wakes', 'wakesCount', {
  number: 'Wake',
  from: 'From',
  cause: 'Cause',
  requestedAt: 'Requested At (UTC)',
  durationMs: 'Took (ms)',
  outcome: 'Outcome',
  reason: 'Reason',
})

export const metricColumns = view('points', '', {
  at: 'At (UTC)',
  instances: 'Instances',
  cpuCores: 'CPU',
  memoryBytes: 'Memory (bytes)',
  requestsPerSecond: 'Requests/s',
  failedPerSecond: 'Failed/s',
  'latencyMs.p50': 'p50 (ms)',
  'latencyMs.p99': 'p99 (ms)',
}).columns

export const tickList = view('ticks', 'ticksCount', {
  scheduledAt: 'Scheduled At',
  cron: 'Schedule',
  outcome: 'Outcome',
  executionId: 'Execution ID',
  reason: 'Reason',
})

export const calendarList = view('schedules', 'schedulesCount', {
  workflowName: 'Workflow Name',
  cron: 'Schedule',
  timezone: 'Time Zone',
  isPaused: 'Paused',
  'firings.0': 'Next',
})

export const pastFiringList = view('firings', 'firingsCount', {
  scheduledAt: 'Scheduled At',
  workflowName: 'Workflow Name',
  outcome: 'Outcome',
  runStatus: 'Run',
  executionId: 'Execution ID',
  reason: 'Reason',
})

export const deliveryList = view('deliveries', 'deliveriesCount', {
  id: 'ID',
  workflowId: 'Workflow ID',
  event: 'Event',
  channel: 'Channel',
  target: 'Target',
  status: 'Status',
  attempts: 'Attempts',
  createdAt: 'Created At (UTC)',
  lastError: 'Last Error',
})

export const inboxList = view('entries', 'entriesCount', {
  id: 'ID',
  title: 'Title',
  workflowName: 'Workflow Name',
  createdAt: 'Created At (UTC)',
  readAt: 'Read At (UTC)',
})

export const exportList = view('exports', 'exportCount', {
  id: 'ID',
  name: 'Name',
  workflowId: 'Workflow ID',
  stepName: 'Step Name',
  rowCount: 'Rows',
  sizeBytes: 'Bytes',
  createdAt: 'Created At (UTC)',
})

export const instanceColumns = view('data', '', {
  id: 'ID',
  name: 'Name',
  cpu: 'CPU',
  memory: 'Memory',
  gpu: 'GPU',
  gpuMemory: 'GPU Memory',
  instanceClass: 'Instance Class',
}).columns

export const warehouseColumns = view('dataStores', '', {
  id: 'ID',
  name: 'Name',
  variant: 'Variant',
  status: 'Status',
  region: 'Region',
}).columns

export const backupList = view('backups', 'backupCount', {
  id: 'ID',
  status: 'Status',
  'proof.status': 'Restored',
  startedAt: 'Started At (UTC)',
  sizeBytes: 'Bytes',
  file: 'File',
  isKept: 'Kept',
  error: 'Error',
})
