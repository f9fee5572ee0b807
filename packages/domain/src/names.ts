/**
 * Names of everything that Cairn makes outside its database: pure functions of ids, so that a process that takes over
 * finds what another made, and nothing is made twice. All start with the installation's id; at most 63 characters.
 */
import { createHash } from 'node:crypto'

/** The label-safe part of an installation id: lower-case letters and digits, at most 12. */
function installationPart(installationId: string): string {
  return installationId
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 12)
}

/** JSON of the list, so that `['a', 'bc']` and `['ab', 'c']` differ. */
function digestOf(ids: readonly (string | number)[], hexLength: number): string {
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, hexLength)
}

/**
 * Name of a container: `cairn-<installation>-<kind>-<32 hex>`.
 *
 * @example
 * workloadName('k3x9', 'step', executionId, stepName, attempt)
 */
export function workloadName(installationId: string, kind: 'step' | 'service', ...ids: (string | number)[]): string {
  return `cairn-${installationPart(installationId)}-${kind}-${digestOf([kind, ...ids], 32)}`
}

/** Name of a tenant's database and role on the warehouse server; 36 bytes at most. */
export function warehouseName(installationId: string, tenantId: string): string {
  return `cairn_${installationPart(installationId)}_${digestOf(['warehouse', tenantId], 16)}`
}

/** Name of the bridge network that a tenant's containers share. */
export function networkName(installationId: string, tenantId: string): string {
  return `cairn-${installationPart(installationId)}-${digestOf(['network', tenantId], 16)}`
}

/**
 * Tag of a built image version, e.g. `cairn/k3x9/5f0c…/3:7`. The engine gives an image to every Dockerfile that names it in
 * `FROM`, so a tag must not be guessed by other tenants: it holds a digest of the tenant's random id.
 */
export function imageTag(installationId: string, tenantId: string, imageId: number, versionId: number): string {
  return `cairn/${installationPart(installationId)}/${digestOf(['image', tenantId], 32)}/${imageId}:${versionId}`
}

/** Tags of built image versions in a text, each once. */
export function findImageTags(text: string): string[] {
  return [...new Set(text.match(/(?<![\w./-])cairn\/[a-z0-9]+\/[0-9a-f]{32}\/\d{1,15}:\d{1,15}(?![\w.-])/gu))]
}

export function buildLogStream(buildId: number): string {
  return `build:${buildId}`
}

/** All attempts of a step write to one stream. */
export function stepLogStream(executionId: string, step: string): string {
  return `step:${executionId}:${step}`
}

export function serviceLogStream(serviceId: string, workload: string): string {
  return `service:${serviceId}:${workload}`
}
