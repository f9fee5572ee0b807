import { checkBody } from '../commands/shared/request-body.ts'
import { waitForService } from '../waiting/wait.ts'
import { differencesOf } from './differences.ts'
import type { Document } from './document.ts'
import { named } from './or-null.ts'
import type { Planned, Planning } from './planned.ts'
import { resolveImageDetails } from './references.ts'

/** What a file leaves out stays as it is, as the server has it. */
export async function planService(document: Document, planning: Planning): Promise<Planned> {
  const { client, session } = planning
  const { name, source } = document
  const resolved = await resolveImageDetails(document, planning)
  const body = await checkBody('createService', resolved.body, source, session)
  const isJudged = resolved.missing.length === 0 && !planning.isMoreUpcoming
  const query = { dryRun: true }
  const found = await named(client.services.listServices({ searchTerm: name, pageSize: 100 }), name)
  const planned = { kind: 'service', name, source } as const
  const finish = async ({ id }: { readonly id: string }): Promise<object> => {
    const { status, url } = await waitForService(session, id, { timeout: undefined })
    return { id, status, url }
  }
  if (found === null) {
    if (isJudged) await client.raw('createService', { query, body })
    const carryOut = async () => finish(await client.services.createService(body))
    return { ...planned, action: 'create', differences: [], consequences: ['deploys it'], carryOut }
  }
  const current = await client.services.describeService(found.id)
  const differences = differencesOf(current, body, { whole: ['parameters.env'] })
  const isRedeployed = isJudged
    ? (await changesOf(planning, found.id, body)).includes('service.revised')
    : resolved.missing.length > 0
  if (!isRedeployed && differences.length === 0) {
    return { ...planned, action: 'none', differences, consequences: [], carryOut: null }
  }
  const consequences = [
    isRedeployed ? 'deploys anew: instances are replaced, without a gap' : 'no instance is replaced',
  ]
  const carryOut = async () => finish(await client.services.updateService(found.id, body))
  return { ...planned, action: 'update', differences, consequences, carryOut }
}

async function changesOf(
  { client }: Planning,
  serviceId: string,
  body: Parameters<Planning['client']['services']['updateService']>[1],
): Promise<readonly unknown[]> {
  const answer = await client.raw('updateService', { params: { serviceId }, query: { dryRun: true }, body })
  const changes: unknown = Reflect.get(answer.body, 'changes')
  return Array.isArray(changes) ? changes : []
}
