import type { FieldError } from '@cairn/contract'
import { compilePlan, secretsOfPlan, validateWorkflow } from '@cairn/domain'
import { type Db, resolveReferences, type StoredBody } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import { invalid } from '../../http/error-answer.ts'

const cronShape = /^\S+(?:\s+\S+){4,6}$/
const cronCharacters = /^[\w*,/?#\s-]+$/

/** What a body that can run names. */
export interface CheckedBody {
  /** Names of secrets; none of them can be deleted before the transaction ends. */
  readonly secrets: readonly string[]
}

/**
 * Refuses a body that could never run: broken rules between its steps, and images, instance types and secrets that do not
 * exist.
 *
 * @throws {CairnError} `invalid_workflow` or `unknown_reference`, naming each step and field
 */
export async function checkBody(context: ApiContext, db: Db, tenantId: string, body: StoredBody): Promise<CheckedBody> {
  const broken = [...checkTriggers(body), ...validateWorkflow(body)]
  if (broken.length > 0) throw invalid(broken, 'invalid_workflow')
  const references = await resolveReferences(db, tenantId, body, { moment: 'save', machine: context.machine() })
  const compiled = compilePlan(body, references)
  if (compiled.kind === 'invalid') throw invalid(compiled.errors, 'unknown_reference')
  return { secrets: secretsOfPlan(compiled.plan) }
}

function checkTriggers(body: StoredBody): FieldError[] {
  return body.triggers.flatMap((trigger, index) =>
    'cron' in trigger && !(cronShape.test(trigger.cron) && cronCharacters.test(trigger.cron))
      ? [{ field: `triggers.${index}.cron`, rule: 'must have 5 to 7 fields, e.g. "0 6 * * 1"' }]
      : [],
  )
}
