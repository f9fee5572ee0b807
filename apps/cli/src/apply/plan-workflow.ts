import type { UpdateWorkflowBody, WorkflowDetails } from '@cairn/contract'
import { checkBody } from '../commands/shared/request-body.ts'
import { isJsonObject, type JsonObject } from '../templates/read-yaml.ts'
import { type Difference, differencesOf } from './differences.ts'
import type { Document } from './document.ts'
import { named } from './or-null.ts'
import type { Planned, Planning } from './planned.ts'
import { resolveSteps } from './references.ts'
import { workflowAsWritten } from './workflow-as-written.ts'

/** The server judges the body; where it names images that are not built yet, only what a client can tell is told. */
export async function planWorkflow(document: Document, planning: Planning): Promise<Planned> {
  const { client, session } = planning
  const { name, source } = document
  const resolved = await resolveSteps(document, planning)
  const body = await checkBody('createWorkflow', withKeptHooks(resolved.body), source, session)
  const isJudged = resolved.missing.length === 0 && !planning.isMoreUpcoming
  const query = { dryRun: true }
  const found = await named(client.workflows.listWorkflows({ searchTerm: name, pageSize: 100 }), name)
  const planned = { kind: 'workflow', name, source } as const
  if (found === null) {
    if (isJudged) await client.raw('createWorkflow', { query, body })
    const carryOut = () => client.workflows.createWorkflow(body)
    return { ...planned, action: 'create', differences: [], consequences: schedulesOf(body.triggers), carryOut }
  }
  const current = await client.workflows.describeWorkflow(found.id)
  const differences = differencesOf(await workflowAsWritten(current), body, { whole: ['steps'] })
  const isOther = isJudged
    ? hasChanges((await client.raw('updateWorkflow', { params: { workflowId: found.id }, query, body })).body)
    : differences.length > 0 || resolved.missing.length > 0
  if (!isOther) return { ...planned, action: 'none', differences: [], consequences: [], carryOut: null }
  const carryOut = () => client.workflows.updateWorkflow(found.id, body)
  return {
    ...planned,
    action: 'update',
    differences,
    consequences: consequencesOf(current, differences, body),
    carryOut,
  }
}

/** A hook keeps its address when the file is applied again, unless the file says otherwise. */
function withKeptHooks(body: JsonObject): JsonObject {
  const { triggers } = body
  if (!Array.isArray(triggers)) return body
  const kept = triggers.map((trigger: unknown) =>
    isJsonObject(trigger) && trigger['webhook'] === true ? { webhookPolicy: 'preserve', ...trigger } : trigger,
  )
  return { ...body, triggers: kept }
}

function hasChanges(answer: object): boolean {
  const changes: unknown = Reflect.get(answer, 'changes')
  return !Array.isArray(changes) || changes.length > 0
}

type Triggers = UpdateWorkflowBody['triggers']

const schedulesOf = (triggers: Triggers): string[] =>
  (triggers ?? []).flatMap(({ cron, timezone = 'UTC' }) =>
    cron === undefined ? [] : [`runs at ${cron} (${timezone})`],
  )

function consequencesOf(
  current: WorkflowDetails,
  differences: readonly Difference[],
  { triggers }: UpdateWorkflowBody,
): string[] {
  const live = current.lastExecution?.status === 'Running' ? ['the run that is under way goes on as it began'] : []
  if (!differences.some(({ path }) => path === 'triggers')) return [...live, 'the next run uses it']
  const before = current.triggers.flatMap(({ cron, timezone = 'UTC', scheduled }) =>
    cron === undefined
      ? []
      : [`no longer runs at ${cron} (${timezone})${scheduled === undefined ? '' : `, next at ${scheduled}`}`],
  )
  const after = schedulesOf(triggers)
  const kept = new Set(after.map((text) => text.replace('runs at', 'no longer runs at')))
  const gone = before.filter((text) => ![...kept].some((same) => text.startsWith(same)))
  return [...live, ...gone, ...after]
}
