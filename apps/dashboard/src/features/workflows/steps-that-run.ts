/** Which steps a partial run runs. */

export interface ChosenStep {
  readonly stepName: string
  /** Also what depends on it. */
  readonly runDAG: boolean
}

/** @param steps all steps of the workflow; nothing chosen = all of them run */
export function stepsThatRun(
  steps: readonly { readonly name: string; readonly waitsFor: readonly string[] }[],
  chosen: readonly ChosenStep[],
): ReadonlySet<string> {
  if (chosen.length === 0) return new Set(steps.map(({ name }) => name))
  const children = new Map<string, string[]>()
  for (const { name, waitsFor } of steps) {
    for (const parent of waitsFor) children.set(parent, [...(children.get(parent) ?? []), name])
  }
  const running = new Set(chosen.map(({ stepName }) => stepName))
  const open = chosen.filter(({ runDAG }) => runDAG).map(({ stepName }) => stepName)
  const seen = new Set(open)
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    for (const child of children.get(step) ?? []) {
      running.add(child)
      if (!seen.has(child)) open.push(child)
      seen.add(child)
    }
  }
  return running
}
