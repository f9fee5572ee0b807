/** Things of the server as files of `apply` say them; a plan of such a file has nothing to do. */
import type { ArtifactDetails, ImageDetails, ServiceDetails, WorkflowDetails } from '@cairn/contract'
import type { CairnClient } from '@cairn/sdk'
import { isJsonObject, type JsonObject } from '../templates/read-yaml.ts'
import type { Kind } from './document.ts'
import { workflowAsWritten } from './workflow-as-written.ts'

export interface ExportedDocument {
  readonly kind: Kind
  readonly body: JsonObject
  /** What a reader has to add where the thing is not there yet; null = nothing. */
  readonly remark: string | null
}

const folderRemark = 'artifact: { path: FOLDER } says what to upload where this is not there yet.'

export async function exportWorkflow(workflow: WorkflowDetails): Promise<ExportedDocument> {
  const written = await workflowAsWritten(workflow)
  const steps = Object.fromEntries(
    Object.entries(isJsonObject(written['steps']) ? written['steps'] : {}).map(([name, step]) => [
      name,
      isJsonObject(step) ? withImageNames(step, workflow.steps[name]) : step,
    ]),
  )
  return { kind: 'workflow', body: filled({ ...written, steps }), remark: null }
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
  const filledBody = filled({ ...body, ...runs, ...scaling, drainSeconds, limits: filled(limits) })
  return { kind: 'service', body: filledBody, remark: null }
}

export async function exportQuery(client: CairnClient, path: string): Promise<ExportedDocument> {
  const { text } = await client.queries.getQuery(path)
  return { kind: 'query', body: { path, text }, remark: null }
}

/** The latest version; its folder stays on the server. */
export async function exportImage(client: CairnClient, image: ImageDetails): Promise<ExportedDocument> {
  const { name, type, latestVersion } = image
  const { version, description, buildDetails } = await client.images.describeVersion(image.id, latestVersion.id)
  const { source = 'upload', artifactId } = buildDetails
  const body = filled({ name, type, version, description, buildDetails: filled(buildDetails) })
  return { kind: 'image', body, remark: source === 'upload' && artifactId === undefined ? folderRemark : null }
}

type ArtifactNames = Pick<ArtifactDetails, 'name' | 'description'>

export function exportArtifact({ name, description }: ArtifactNames): ExportedDocument {
  return { kind: 'artifact', body: filled({ name, description }), remark: folderRemark }
}

/** Values never leave the server: where the secret is not there yet, a variable has it. */
export function exportSecret({ name }: { readonly name: string }): ExportedDocument {
  const valueFromEnv = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
  return { kind: 'secret', body: { name, valueFromEnv }, remark: null }
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
