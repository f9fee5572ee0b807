import type { Call } from '@cairn/driver'
import type { EngineClient } from './engine-client.ts'
import { type EngineVersion, EngineVersion as EngineVersionShape, readShape } from './engine-shapes.ts'

/** What differs between engines and matters to the translation. */
export interface EngineFeatures {
  readonly engine: 'docker' | 'podman'
  readonly version: string
  readonly hasInit: boolean
}

/** Docker lists `docker-init` among its components only when the binary is there; Podman does not say. */
export function toFeatures(version: EngineVersion): EngineFeatures {
  const components = new Set((version.Components ?? []).map((component) => component.Name))
  return {
    engine: components.has('Podman Engine') ? 'podman' : 'docker',
    version: version.Version,
    hasInit: components.has('docker-init'),
  }
}

/** Asks once for as long as the engine answers; a failed question is asked again. */
export function createFeatureReader(client: EngineClient): (call: Call) => Promise<EngineFeatures> {
  let known: EngineFeatures | null = null
  return async (call) => {
    if (known !== null) return known
    const answer = await client.request({ method: 'GET', path: '/version' }, call)
    known = toFeatures(readShape(EngineVersionShape, answer.body, 'version'))
    return known
  }
}
