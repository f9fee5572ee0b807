/**
 * A workflow that is being written. Steps are kept in a list with keys of their own, so that one keeps its place and its
 * focus while its name changes. What the form has no field for stays as it was.
 */
import type { StepBody, WorkflowBody } from '@cairn/sdk'

export interface DraftStep {
  readonly key: string
  readonly name: string
  readonly body: StepBody
}

export interface Draft {
  readonly fields: Omit<WorkflowBody, 'steps'>
  readonly steps: readonly DraftStep[]
}

export function draftOf({ steps, ...fields }: WorkflowBody): Draft {
  return { fields, steps: Object.entries(steps).map(([name, body], at) => ({ key: `${name} ${at}`, name, body })) }
}

export function bodyOf({ fields, steps }: Draft): WorkflowBody {
  return { ...fields, steps: Object.fromEntries(steps.map(({ name, body }) => [name, body])) }
}

export function changeStep(draft: Draft, key: string, change: (body: StepBody) => StepBody): Draft {
  const steps = draft.steps.map((step) => (step.key === key ? { ...step, body: change(step.body) } : step))
  return { ...draft, steps }
}

function withParents(body: StepBody, change: (parents: readonly string[]) => readonly string[]): StepBody {
  return body.parents === undefined ? body : { ...body, parents: [...change(body.parents)] }
}

/** Steps that wait for it go on doing so. */
export function renameStep(draft: Draft, key: string, name: string): Draft {
  const before = draft.steps.find((step) => step.key === key)?.name
  const isShared = draft.steps.some((step) => step.key !== key && step.name === before)
  return {
    ...draft,
    steps: draft.steps.map((step) => {
      if (step.key === key) return { ...step, name }
      if (isShared) return step
      return { ...step, body: withParents(step.body, (all) => all.map((each) => (each === before ? name : each))) }
    }),
  }
}

/** A new step waits for the last one. */
export function addStep(draft: Draft, body: StepBody): Draft {
  const names = new Set(draft.steps.map(({ name }) => name))
  let number = draft.steps.length + 1
  while (names.has(`step-${number}`)) number += 1
  const last = draft.steps.at(-1)
  const name = `step-${number}`
  const parents = last === undefined ? [] : [last.name]
  const key = `${name} ${draft.steps.length} ${Math.random()}`
  return { ...draft, steps: [...draft.steps, { key, name, body: { ...body, parents } }] }
}

/** What waited for it waits for what it waited for. */
export function removeStep(draft: Draft, key: string): Draft {
  const gone = draft.steps.find((step) => step.key === key)
  if (gone === undefined) return draft
  const instead = gone.body.parents ?? []
  const reparent = (parents: readonly string[]): readonly string[] =>
    parents.includes(gone.name)
      ? [...new Set(parents.flatMap((each) => (each === gone.name ? instead : each)))]
      : parents
  return {
    ...draft,
    steps: draft.steps
      .filter((step) => step.key !== key)
      .map((step) => ({ ...step, body: withParents(step.body, reparent) })),
  }
}

/** What has to be done before the server can be asked; null = nothing. */
export function draftProblem({ fields, steps }: Draft): string | null {
  if (fields.name === '') return 'Give it a name.'
  const names = steps.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) return `Two steps are called "${twice}": give each a name of its own.`
  return names.includes('') ? 'A step has no name.' : null
}
