import type { ServiceSpec } from '@cairn/domain'
import { type Database, insertService } from '../src/index.ts'

export const serviceSpec: ServiceSpec = {
  image: { imageId: 3, versionId: 7, name: 'app', version: '1', engineId: 'sha256:1' },
  resources: { instanceTypeId: 1, cpus: 0.25, memoryBytes: 1024 ** 3 },
  env: { A: '1' },
  secrets: [],
  entrypoint: null,
  healthCheckPath: null,
  port: 8000,
  sessionStickiness: false,
  scaleToZero: false,
}

/** A service with one revision, which nothing has started yet; answers its id. */
export async function insertAService(
  database: Database,
  tenantId: string,
  { name = crypto.randomUUID().slice(0, 8), minInstances = 1 } = {},
): Promise<string> {
  const facts = { tenantId, name, minInstances, serviceType: 'api', access: 'public', createdBy: 'me' } as const
  const id = await database.transaction((tx) =>
    insertService(tx, { ...facts, title: null, description: null, tags: [], spec: serviceSpec }),
  )
  if (id === null) throw new Error('the name is taken')
  return id
}
