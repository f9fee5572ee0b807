/** Questions about the parents of steps. Parents that name no step are left out; `validateWorkflow` reports them. */
import type { StepName } from './plan.ts'

/** Step name → the names of its parents, in the order written. */
export type ParentsByStep = ReadonlyMap<StepName, readonly StepName[]>

type Frame = { readonly step: StepName; next: number }

/** The cycle as a path `[a, b, a]` in the direction parent → child, or null when there is none. */
export function findCycle(parents: ParentsByStep): readonly StepName[] | null {
  const settled = new Set<StepName>()
  for (const root of parents.keys()) {
    const cycle = settled.has(root) ? null : walkToParents(root, parents, settled)
    if (cycle !== null) return cycle
  }
  return null
}

/** Depth first towards the roots, without recursion: a chain of all steps is as deep. */
function walkToParents(root: StepName, parents: ParentsByStep, settled: Set<StepName>): readonly StepName[] | null {
  const stack: Frame[] = [{ step: root, next: 0 }]
  const onStack = new Set<StepName>([root])
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const parent = (parents.get(frame.step) ?? [])[frame.next]
    frame.next += 1
    if (parent === undefined) {
      stack.pop()
      onStack.delete(frame.step)
      settled.add(frame.step)
    } else if (onStack.has(parent)) {
      const names = stack.map((entry) => entry.step)
      return [...names.slice(names.indexOf(parent)), parent].toReversed()
    } else if (!settled.has(parent) && parents.has(parent)) {
      stack.push({ step: parent, next: 0 })
      onStack.add(parent)
    }
  }
  return null
}

/** Ancestors of a step, nearest first; among equally near ones in the order in which parents are written. */
export function* ancestorsOf(step: StepName, parents: ParentsByStep): Generator<StepName> {
  const seen = new Set<StepName>()
  let level: readonly StepName[] = parents.get(step) ?? []
  while (level.length > 0) {
    const nextLevel: StepName[] = []
    for (const ancestor of level) {
      if (seen.has(ancestor)) continue
      seen.add(ancestor)
      yield ancestor
      nextLevel.push(...(parents.get(ancestor) ?? []))
    }
    level = nextLevel
  }
}
