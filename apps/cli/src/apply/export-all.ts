import type { CairnClient } from '@cairn/sdk'
import {
  exportArtifact,
  type ExportedDocument,
  exportImage,
  exportQuery,
  exportSecret,
  exportService,
  exportWorkflow,
} from './export-documents.ts'

const query = { pageSize: 100 }

/** Everything that the tenant has, in the order in which `apply` makes it. One at a time: memory holds one. */
export async function* exportAll(client: CairnClient): AsyncGenerator<ExportedDocument> {
  for await (const secret of client.secrets.listSecrets(query)) yield exportSecret(secret)
  for await (const { path } of client.queries.listQueries(query)) yield await exportQuery(client, path)
  for await (const artifact of client.artifacts.listArtifacts(query)) yield exportArtifact(artifact)
  for await (const image of client.images.listImages({ ...query, scope: ['custom'] })) {
    yield await exportImage(client, image)
  }
  for await (const { id } of client.workflows.listWorkflows(query)) {
    yield await exportWorkflow(await client.workflows.describeWorkflow(id))
  }
  for await (const { id } of client.services.listServices(query)) {
    yield await exportService(client, await client.services.describeService(id))
  }
}
