import type { CairnClient } from '@cairn/sdk'
import type { Environment } from '../environment.ts'
import type { Completion } from '../grammar/option.ts'
import { readContexts } from '../session/contexts-file.ts'
import { findTarget } from '../session/target.ts'

/** Whoever presses a key waits no longer. */
const patienceMs = 1_500
const mostNames = 500

/** Names that the server has of a kind; none when it does not answer in time, or nobody is signed in. */
export async function namesOf(kind: Completion, environment: Environment): Promise<readonly string[]> {
  if (kind === 'context') return Object.keys((await readContexts(environment.contextsPath)).contexts)
  if (kind === 'none' || kind === 'file' || kind === 'folder') return []
  try {
    const { url, token } = await findTarget({ url: undefined, context: undefined }, environment)
    const { createClient } = await import('@cairn/sdk')
    const client = createClient({ baseUrl: url, token, timeoutMs: patienceMs, retry: { retries: 0 } })
    return (await listOf(kind, client).all({ limit: mostNames })).map(({ name }) => name)
  } catch {
    return []
  }
}

function listOf(kind: 'image' | 'workflow' | 'service' | 'artifact', client: CairnClient) {
  const query = { pageSize: mostNames }
  if (kind === 'image') return client.images.listImages(query)
  if (kind === 'workflow') return client.workflows.listWorkflows(query)
  return kind === 'service' ? client.services.listServices(query) : client.artifacts.listArtifacts(query)
}
