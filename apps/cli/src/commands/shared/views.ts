/** How lists are shown as tables: the columns of the reference. */
import { type Column, valueAt } from '../../output/table.ts'
import type { ListView } from '../../output/output.ts'

function view(key: string, countKey: string, titles: Readonly<Record<string, string>>): ListView {
  const columns = Object.entries(titles).map(([value, title]): Column => ({ title, value }))
  return { key, countKey, columns }
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
