import {
  defaultStepResources,
  findInstanceType,
  type ImageReference,
  instanceTooLarge,
  listImageReferences,
  listQueryPaths,
  listSecretReferences,
  type MachineSize,
  type PlannedImage,
  type PlannedQuery,
  type PlannedResources,
  type Resolved,
  type ResolvedReferences,
  type ResolvedSecrets,
  secretVariables,
  unlistedSecretVariables,
  workflowLimits,
  type WorkflowDraft,
} from '@cairn/domain'
import type { Db } from '../database/database.ts'
import { type QueryToRun, readQueriesToRun } from '../queries/read-queries.ts'
import { selectKnownSecrets } from '../secrets/read-secrets.ts'
import { readVersionsToRun, type VersionToRun } from '../images/read-versions-to-run.ts'

/** When references are resolved: `start` wants images that can run now, `save` only that they exist. */
export type ResolveMoment = 'save' | 'start'

/** Reads what the body's steps name, of this tenant, and answers from it. */
export async function resolveReferences(
  db: Db,
  tenantId: string,
  body: WorkflowDraft,
  options: { readonly moment: ResolveMoment; readonly machine: MachineSize | null },
): Promise<ResolvedReferences> {
  const imageIds = new Set(listImageReferences(body).map(({ imageId }) => imageId))
  const versions = await readVersionsToRun(db, tenantId, [...imageIds])
  const secrets = await readSecretNames(db, tenantId, body)
  const queries = await readQueriesToRun(db, tenantId, listQueryPaths(body), workflowLimits.queryBytes)
  return {
    ...secrets,
    query: (path) => resolveQuery(path, queries),
    image: (reference) => resolveImage(reference, versions, options.moment),
    resources: (instanceTypeId, storage) => resolveResources(instanceTypeId, storage, options.machine),
  }
}

async function readSecretNames(db: Db, tenantId: string, body: WorkflowDraft): Promise<ResolvedSecrets> {
  const names = new Set(listSecretReferences(body).map(({ name }) => name))
  const unlisted = Object.values(body.steps).flatMap(unlistedSecretVariables)
  const variables = new Set(unlisted.map(({ variable }) => variable))
  const known = await selectKnownSecrets(db, tenantId, { names: [...names], variables: [...variables] })
  const byVariable = Map.groupBy(
    [...known].flatMap((name) => secretVariables(name).map((variable) => ({ name, variable }))),
    ({ variable }) => variable,
  )
  return {
    hasSecret: (name) => known.has(name),
    secretsOfVariable: (variable) => (byVariable.get(variable) ?? []).map(({ name }) => name),
  }
}

const refused = (rule: string): { readonly kind: 'refused'; readonly rule: string } => ({ kind: 'refused', rule })

/** @param queries null = they are too large to be run by one workflow */
function resolveQuery(path: string, queries: readonly QueryToRun[] | null): Resolved<PlannedQuery> {
  if (queries === null)
    return refused(`the queries of a workflow have at most ${workflowLimits.queryBytes} bytes in all`)
  const found = queries.find((query) => query.path === path)
  return found === undefined
    ? refused(`query "${path}" does not exist; GET /queries/api/v1/queries lists them`)
    : { kind: 'found', value: { from: 'store', ...found } }
}

/** @param versions newest first */
export function resolveImage(
  { imageId, imageVersionId }: ImageReference,
  versions: readonly VersionToRun[],
  moment: ResolveMoment,
): Resolved<PlannedImage> {
  const ofImage = versions.filter((version) => version.imageId === imageId)
  const [newest] = ofImage
  if (newest === undefined) return refused(`image ${imageId} does not exist`)
  const named = ofImage.find(({ versionId }) => versionId === imageVersionId)
  if (imageVersionId !== null && named === undefined) {
    return refused(`image ${imageId} ("${newest.imageName}") has no version with the id ${imageVersionId}`)
  }
  if (named !== undefined && isGoing(named)) {
    return refused(
      `version ${named.version} of image ${imageId} ("${named.imageName}") is ${named.status}, so it is deleted; name another`,
    )
  }
  const ready = ofImage.find(isReady)
  const chosen = named ?? ready ?? newest
  if (moment === 'start' && !isReady(chosen)) {
    return refused(
      named === undefined
        ? `image ${imageId} ("${chosen.imageName}") has no ready version; wait until a build has succeeded`
        : `version ${chosen.version} of image ${imageId} ("${chosen.imageName}") is ${chosen.status}; wait until its build has succeeded`,
    )
  }
  return {
    kind: 'found',
    value: {
      imageId,
      versionId: chosen.versionId,
      name: chosen.imageName,
      version: chosen.version,
      engineId: chosen.engineImageId ?? '',
    },
  }
}

function isGoing({ status }: VersionToRun): boolean {
  return status === 'deleting' || status === 'delete-failed'
}

function isReady(version: VersionToRun): boolean {
  return version.status === 'ready' && version.engineImageId !== null
}

function resolveResources(
  instanceTypeId: number | null,
  storage: string | null,
  machine: MachineSize | null,
): Resolved<PlannedResources> {
  const id = instanceTypeId ?? defaultStepResources.instanceTypeId
  const type = findInstanceType('workflow', id)
  if (type === null) return refused(`instance type ${id} does not exist; GET /workflows/api/v1/resources lists them`)
  const tooLarge = machine === null ? null : instanceTooLarge(type, machine)
  if (tooLarge !== null) return refused(tooLarge)
  return {
    kind: 'found',
    value: {
      instanceTypeId: id,
      cpus: type.cpus,
      memoryBytes: type.memoryBytes,
      storage: storage ?? defaultStepResources.storage,
    },
  }
}
