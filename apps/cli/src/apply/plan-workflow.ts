import type { FirstFiring, UpdateWorkflowBody, WorkflowDetails } from '@cairn/contract'
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
    const judged = isJudged ? (await client.raw('createWorkflow', { query, body })).body : null
    const carryOut = () => client.workflows.createWorkflow(body)
    const consequences = changedTriggers([], body.triggers ?? [], judged?.schedules ?? [])
    return { ...planned, action: 'create', differences: [], consequences, carryOut }
  }
  const current = await client.workflows.describeWorkflow(found.id)
  const differences = differencesOf(await workflowAsWritten(current), body, { whole: ['steps'] })
  const params = { workflowId: found.id }
  const judged = isJudged ? (await client.raw('updateWorkflow', { params, query, body })).body : null
  const isOther = judged ? hasChanges(judged) : differences.length > 0 || resolved.missing.length > 0
  if (!isOther) return { ...planned, action: 'none', differences: [], consequences: [], carryOut: null }
  const carryOut = () => client.workflows.updateWorkflow(found.id, body)
  return {
    ...planned,
    action: 'update',
    differences,
    consequences: consequencesOf(current, differences, { body, schedules: judged?.schedules ?? [] }),
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

type Trigger = NonNullable<UpdateWorkflowBody['triggers']>[number]
type CurrentTrigger = WorkflowDetails['triggers'][number]

const timeOf = ({ cron, timezone = 'UTC' }: Trigger | CurrentTrigger): string | null =>
  cron === undefined ? null : `${cron} (${timezone})`

const withNext = (words: string, next: string | null | undefined): string =>
  next === null || next === undefined ? words : `${words}, next at ${next}`

const hasHook = (triggers: readonly (Trigger | CurrentTrigger)[]): boolean =>
  triggers.some(({ webhook }) => webhook !== undefined && webhook !== false)

/** What goes and what comes, with when it would fire or fires first; the server knows the latter. */
function changedTriggers(
  before: readonly CurrentTrigger[],
  after: readonly Trigger[],
  schedules: readonly FirstFiring[],
): string[] {
  const [old, wanted] = [before, after].map((triggers) => new Set(triggers.map(timeOf)))
  const next = new Map(schedules.map((firing) => [timeOf(firing), firing.next]))
  const gone = before.flatMap((trigger) => {
    const time = timeOf(trigger)
    return time === null || wanted?.has(time) ? [] : [withNext(`no longer runs at ${time}`, trigger.scheduled)]
  })
  const come = after.flatMap((trigger) => {
    const time = timeOf(trigger)
    return time === null || old?.has(time) ? [] : [withNext(`runs at ${time}`, next.get(time))]
  })
  const hook = [hasHook(before), hasHook(after)].join()
  const hooks: Readonly<Record<string, string>> = { 'false,true': 'gets a webhook', 'true,false': 'its webhook goes' }
  return [...gone, ...come, ...(hooks[hook] === undefined ? [] : [hooks[hook]])]
}

function consequencesOf(
  current: WorkflowDetails,
  differences: readonly Difference[],
  { body, schedules }: { readonly body: UpdateWorkflowBody; readonly schedules: readonly FirstFiring[] },
): string[] {
  const live = current.lastExecution?.status === 'Running' ? ['the run that is under way goes on as it began'] : []
  if (!differences.some(({ path }) => path === 'triggers')) return [...live, 'the next run uses it']
  return [...live, ...changedTriggers(current.triggers, body.triggers ?? [], schedules)]
}
