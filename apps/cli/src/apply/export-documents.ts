/** Things of the server as files of `apply` say them; a plan of such a file has nothing to do. */
import type { ServiceDetails, WorkflowDetails } from '@cairn/contract'
import type { CairnClient } from '@cairn/sdk'
import { isJsonObject, type JsonObject } from '../templates/read-yaml.ts'
import { workflowAsWritten } from './workflow-as-written.ts'

export interface ExportedDocument {
  readonly kind: string
  readonly body: JsonObject
}

export async function exportWorkflow(workflow: WorkflowDetails): Promise<ExportedDocument> {
  const written = await workflowAsWritten(workflow)
  const steps = Object.fromEntries(
    Object.entries(isJsonObject(written['steps']) ? written['steps'] : {}).map(([name, step]) => [
      name,
      isJsonObject(step) ? withImageNames(step, workflow.steps[name]) : step,
    ]),
  )
  return { kind: 'workflow', body: filled({ ...written, steps }) }
}

/** Numbers differ from server to server. */
function withImageNames(
  { imageId, imageVersionId, ...step }: JsonObject,
  shown: WorkflowDetails['steps'][string] | undefined,
): JsonObject {
  if (imageId === undefined || shown?.imageName === undefined) return filled({ imageId, imageVersionId, ...step })
  const version = imageVersionId === undefined ? {} : { imageVersion: shown.imageVersion }
  return filled({ imageName: shown.imageName, ...version, ...step })
}

export async function exportService(client: CairnClient, service: ServiceDetails): Promise<ExportedDocument> {
  const { imageId, versionId } = service.imageDetails
  const { imageName, version } = await client.images.describeVersion(imageId, versionId)
  const { name, serviceType, title, description, access, tags, resources, parameters } = service
  const { sessionStickiness, scaleToZero, entrypoint, healthCheckURL, minInstances, maxInstances } = service
  const { targetConcurrency, drainSeconds, limits } = service
  const scaling = maxInstances > minInstances ? { maxInstances, targetConcurrency } : {}
  const body = { name, serviceType, title, description, access, tags, imageDetails: { imageName, version } }
  const runs = { resources, parameters, sessionStickiness, scaleToZero, entrypoint, healthCheckURL, minInstances }
  return { kind: 'service', body: filled({ ...body, ...runs, ...scaling, drainSeconds, limits: filled(limits) }) }
}

export async function exportQuery(client: CairnClient, path: string): Promise<ExportedDocument> {
  const { text } = await client.queries.getQuery(path)
  return { kind: 'query', body: { path, text } }
}

/** Without what says nothing. */
function filled(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => {
      if (inner === undefined || inner === null || inner === '') return false
      return typeof inner !== 'object' || Object.keys(inner).length > 0
    }),
  )
}
