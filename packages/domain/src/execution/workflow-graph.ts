/** Questions about what steps wait for. Names of no step are left out; `validateWorkflow` reports them. */
import type { StepName } from './plan.ts'

/** Step name → the steps that it waits for, in the order written. */
export type StepLinks = ReadonlyMap<StepName, readonly StepName[]>

export type StepOrder =
  /** Every step after all that it waits for. */
  | { readonly kind: 'ordered'; readonly steps: readonly StepName[] }
  /** As a path `[a, b, a]`: b waits for a. */
  | { readonly kind: 'cycle'; readonly path: readonly StepName[] }

type Frame = { readonly step: StepName; next: number }

export function orderSteps(links: StepLinks): StepOrder {
  const settled = new Set<StepName>()
  for (const root of links.keys()) {
    const path = settled.has(root) ? null : settleFrom(root, links, settled)
    if (path !== null) return { kind: 'cycle', path }
  }
  return { kind: 'ordered', steps: [...settled] }
}

/** Depth first, without recursion: a chain of all steps is as deep. Answers the cycle that it met, or null. */
function settleFrom(root: StepName, links: StepLinks, settled: Set<StepName>): readonly StepName[] | null {
  const stack: Frame[] = [{ step: root, next: 0 }]
  const onStack = new Set<StepName>([root])
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const other = (links.get(frame.step) ?? [])[frame.next]
    frame.next += 1
    if (other === undefined) {
      stack.pop()
      onStack.delete(frame.step)
      settled.add(frame.step)
    } else if (onStack.has(other)) {
      const names = stack.map((entry) => entry.step)
      return [...names.slice(names.indexOf(other)), other].toReversed()
    } else if (!settled.has(other) && links.has(other)) {
      stack.push({ step: other, next: 0 })
      onStack.add(other)
    }
  }
  return null
}

/** For a message: the first steps and the last one when there are many. */
export function pathWords(path: readonly StepName[]): string {
  const most = 20
  if (path.length <= most) return path.join(' → ')
  return [...path.slice(0, most), `… (${path.length - most - 1} more)`, path.at(-1) ?? ''].join(' → ')
}
