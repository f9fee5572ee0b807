/**
 * Carries out a plan. One thing that fails does not end it: what names that thing is left, everything else is done, so
 * that a folder comes as far as it can and says what is missing.
 */
import { type ExitCode, exitCodes } from '../errors/cli-error.ts'
import { explain, type Explanation } from '../errors/explain.ts'
import type { Session } from '../session/session.ts'
import { type Document, inOrder } from './document.ts'
import { planDocument } from './make-plan.ts'
import { keyOf, needsOf } from './needs.ts'
import type { Planned, Planning } from './planned.ts'

export interface Applied extends Pick<Planned, 'kind' | 'name' | 'source' | 'action'> {
  /** `left`: not tried, as something that it names failed. */
  readonly outcome: 'done' | 'unchanged' | 'failed' | 'left'
  /** Ids and the like; null = nothing was done. */
  readonly result: object | null
  /** Of what failed, or of why it was left. */
  readonly error: Pick<Explanation, 'message' | 'hint' | 'fields' | 'code' | 'requestId'> | null
}

export interface Report {
  readonly resources: readonly Applied[]
  /** That of the first failure. */
  readonly exitCode: ExitCode
}

interface Failure {
  readonly exitCode: ExitCode
  readonly key: string
}

export function untouched({ kind, name, source, action }: Planned): Applied {
  return { kind, name, source, action, outcome: 'unchanged', result: null, error: null }
}

/** What names other things is planned anew when its turn comes: those before it may have been what it names. */
export async function carryOut(
  documents: readonly Document[],
  plan: readonly Planned[],
  session: Session,
): Promise<Report> {
  const planning = {
    client: await session.client(),
    session,
    upcomingImages: new Set<string>(),
    isMoreUpcoming: false,
  }
  const resources: Applied[] = []
  const failures: Failure[] = []
  for (const [index, document] of inOrder(documents).entries()) {
    const missing = failures.find(({ key }) => needsOf(document).has(key))
    const applied =
      missing === undefined
        ? await attempt(document, plan[index], planning)
        : { applied: left(document, plan[index], missing.key), exitCode: missing.exitCode }
    session.progress.clear()
    if (applied.exitCode !== exitCodes.ok) failures.push({ exitCode: applied.exitCode, key: keyOf(document) })
    const line = lineOf(applied.applied)
    if (line !== null) session.output.note(line)
    resources.push(applied.applied)
  }
  return { resources, exitCode: failures[0]?.exitCode ?? exitCodes.ok }
}

interface Attempt {
  readonly applied: Applied
  readonly exitCode: ExitCode
}

async function attempt(document: Document, before: Planned | undefined, planning: Planning): Promise<Attempt> {
  const { session } = planning
  const action = before?.action ?? 'create'
  try {
    const isNew = before === undefined || namesOthers(document)
    const planned = isNew ? await planDocument(document, planning) : before
    if (planned.carryOut === null) return { applied: untouched(planned), exitCode: exitCodes.ok }
    const result = await planned.carryOut()
    return { applied: { ...untouched(planned), outcome: 'done', result }, exitCode: exitCodes.ok }
  } catch (error) {
    // Ctrl-C ends everything.
    session.signal.throwIfAborted()
    const target = session.knownTarget()
    const explained = explain(error, { url: target?.url ?? null, tokenSource: target?.tokenSource ?? null })
    const { exitCode, message, hint, fields, code, requestId } = explained
    const { kind, name, source } = document
    const told = { message, hint, fields, code, requestId }
    return { applied: { kind, name, source, action, outcome: 'failed', result: null, error: told }, exitCode }
  }
}

function left({ kind, name, source }: Document, before: Planned | undefined, missing: string): Applied {
  const action = before?.action ?? 'create'
  const error = {
    message: `it names ${missing}, which failed or was left`,
    hint: null,
    fields: [],
    code: null,
    requestId: null,
  }
  return { kind, name, source, action, outcome: 'left', result: null, error }
}

const namesOthers = ({ kind }: Document): boolean => kind === 'workflow' || kind === 'service'

/** For people, on stderr; null for what stays as it is. */
function lineOf({ kind, name, outcome, error }: Applied): string | null {
  if (outcome === 'unchanged') return null
  if (error === null) return `cairn: ${kind} ${name}: done`
  if (outcome === 'left') return `cairn: ${kind} ${name}: left, as ${error.message}`
  const fields = error.fields.map(({ field, rule }) => `\n  ${field}: ${rule}`).join('')
  const hint = error.hint === null ? '' : `\n  ${error.hint}`
  return `cairn: ${kind} ${name}: FAILED: ${error.message}${fields}${hint}`
}

/** `2 done, 1 failed, 1 left; applying again goes on.` */
export function outcomeText(resources: readonly Applied[]): string {
  const count = (outcome: Applied['outcome']): number => resources.filter((each) => each.outcome === outcome).length
  const failed = `${count('failed')} failed, ${count('left')} left`
  return `cairn: ${count('done')} done, ${count('unchanged')} as they were, ${failed}; applying again goes on`
}
