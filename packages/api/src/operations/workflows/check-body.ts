import type { FieldError, Trigger } from '@cairn/contract'
import { compilePlan, secretsOfPlan, validateTriggers, validateWatchers, validateWorkflow } from '@cairn/domain'
import { type Db, resolveReferences, selectKnownSecrets, type StoredBody } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import { invalid } from '../../http/error-answer.ts'

/** What a body that can run names. */
export interface CheckedBody {
  /** Names of secrets; none of them can be deleted before the transaction ends. */
  readonly secrets: readonly string[]
  /** What is allowed and yet may not be meant. */
  readonly warnings: readonly FieldError[]
}

/**
 * Refuses a body that could never run: broken rules between its steps, and images, instance types and secrets that do not
 * exist.
 *
 * @throws {CairnError} `invalid_workflow` or `unknown_reference`, naming each step and field
 */
export async function checkBody(context: ApiContext, db: Db, tenantId: string, body: StoredBody): Promise<CheckedBody> {
  const broken = [...validateWorkflow(body), ...validateWatchers(body.watchers)]
  if (broken.length > 0) throw invalid(broken, 'invalid_workflow')
  const references = await resolveReferences(db, tenantId, body, { moment: 'save', machine: context.machine() })
  const compiled = compilePlan(body, references)
  if (compiled.kind === 'invalid') throw invalid(compiled.errors, 'unknown_reference')
  const signing = signingSecretsOf(body)
  await checkSigningSecrets(db, tenantId, signing)
  const secrets = [...new Set([...secretsOfPlan(compiled.plan), ...signing.map(({ name }) => name)])]
  return { secrets, warnings: compiled.warnings }
}

interface NamedSecret {
  readonly field: string
  readonly name: string
}

/** Of the hooks that are called from outside, and of the webhooks that are told. */
function signingSecretsOf({ triggers, watchers }: StoredBody): NamedSecret[] {
  const ofTriggers = triggers.flatMap((trigger, index) => {
    const name = 'webhook' in trigger ? trigger.signingSecret : undefined
    return typeof name === 'string' ? [{ field: `triggers.${index}.signingSecret`, name }] : []
  })
  const ofWatchers = watchers.flatMap(({ webhook }, index) => {
    const name = webhook?.signingSecret
    return name === undefined ? [] : [{ field: `watchers.${index}.webhook.signingSecret`, name }]
  })
  return [...ofTriggers, ...ofWatchers]
}

async function checkSigningSecrets(db: Db, tenantId: string, named: readonly NamedSecret[]): Promise<void> {
  const names = named.map(({ name }) => name)
  const known = await selectKnownSecrets(db, tenantId, { names, variables: [] })
  const unknown = named.flatMap(({ field, name }) =>
    known.has(name) ? [] : [{ field, rule: `secret "${name}" does not exist; GET /secrets/api/v1/secrets lists them` }],
  )
  if (unknown.length > 0) throw invalid(unknown, 'unknown_reference')
}

/**
 * Refuses triggers that could never start a run, of which nobody would hear again.
 *
 * @param before the body of the revision before; null = there is none
 * @throws {CairnError} `invalid_workflow`, naming each trigger and field
 */
export function checkTriggers(context: ApiContext, triggers: readonly Trigger[], before: StoredBody | null): void {
  const kept = (before?.triggers ?? []).flatMap((trigger) => ('cron' in trigger ? [trigger.cron] : []))
  const rules = { now: context.clock.now(), leastSeconds: context.limits.scheduleSeconds, kept }
  const broken = validateTriggers(triggers, rules)
  if (broken.length > 0) throw invalid(broken, 'invalid_workflow')
}
