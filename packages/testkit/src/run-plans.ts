import type {
  PlannedContainerStep,
  PlannedExportStep,
  PlannedHttpStep,
  PlannedSqlStep,
  PlannedStep,
  RunPlan,
} from '@cairn/domain'

/** What a step has when nothing is asked for: a root without conditions, parameters, retries or a time limit. */
const plain = {
  parents: [],
  alsoWaitsFor: [],
  conditions: { parameters: [], statuses: [] },
  skip: null,
  secrets: [],
  env: {},
  inherit: {},
  outputParameters: {},
  retry: { maxRetries: 0, delaySeconds: 0, exponentialBackoff: false, exitCodes: null },
  timeoutSeconds: null,
} as const satisfies Partial<PlannedStep>

export function plannedContainerStep(fields: Partial<PlannedContainerStep> = {}): PlannedContainerStep {
  return {
    ...plain,
    type: 'standard',
    command: 'true',
    image: { imageId: 1, versionId: 1, name: 'image', version: '0.0.1', engineId: 'sha256:0' },
    resources: { instanceTypeId: 21, cpus: 0.25, memoryBytes: 512 * 1024 * 1024, storage: '10GB' },
    repository: null,
    ...fields,
  }
}

export function plannedHttpStep(fields: Partial<PlannedHttpStep> = {}): PlannedHttpStep {
  return {
    ...plain,
    type: 'http',
    method: 'get',
    url: 'http://x/',
    headers: {},
    secretHeaders: {},
    auth: { type: 'no-auth' },
    payload: null,
    ...fields,
  }
}

/** A step that runs a text as version 1 of a query of the store. */
export function plannedSqlStep(text: string, fields: Partial<PlannedSqlStep> = {}): PlannedSqlStep {
  return { ...plain, type: 'sql', query: { from: 'store', path: 'query.sql', version: 1, text }, ...fields }
}

export function plannedExportStep(table: string, fields: Partial<PlannedExportStep> = {}): PlannedExportStep {
  return {
    ...plain,
    type: 'export',
    schema: 'public',
    table,
    sortBy: 'id',
    sortOrder: 'asc',
    compression: false,
    ...fields,
  }
}

export function planOf(steps: RunPlan['steps'], fields: Partial<Omit<RunPlan, 'steps'>> = {}): RunPlan {
  return { workflowName: 'workflow', timeoutSeconds: null, watched: false, ...fields, steps }
}
