/**
 * Which steps give the inherited parameters: for each the nearest step that it depends on and that has an output
 * parameter of the name; among equally near ones the one that is reached through what is written first.
 *
 * One search per output name, shared by all steps that inherit it: a chain whose every step inherits from the first costs
 * its length, not the square of it.
 */
import type { InheritedOutput, StepName } from './plan.ts'
import type { WorkflowDraft } from './workflow-draft.ts'
import type { StepLinks } from './workflow-graph.ts'

/** Step → environment name → source, in the order written. A name that no step above has is left out. */
export type InheritedOutputs = ReadonlyMap<StepName, Readonly<Record<string, InheritedOutput>>>

/** Links that the searches may look at; many times what any workflow needs whose steps inherit from nearby. */
const mostEffort = 20_000_000

/**
 * @param waitsFor names steps only, and forms no cycle
 * @returns null when thousands of steps inherit different outputs from far above: the search would hold up the server
 */
export function findInheritedOutputs(steps: WorkflowDraft['steps'], waitsFor: StepLinks): InheritedOutputs | null {
  const names = [...waitsFor.keys()]
  const placeOf = new Map(names.map((name, place) => [name, place]))
  const search = new SourceSearch(names.map((name) => placesOf(waitsFor.get(name) ?? [], placeOf)))
  const found = new Map<string, StepName>()
  for (const [output, { wanted, given }] of groupByOutput(steps, placeOf)) {
    if (given.length === 0) continue
    search.begin(given)
    for (const place of wanted) {
      if (search.effort > mostEffort) return null
      const source = names[search.nearest(place) ?? -1]
      if (source !== undefined) found.set(`${place} ${output}`, source)
    }
  }
  return new Map(
    names.map((name, place) => {
      const inherit = Object.entries(steps[name]?.parameters?.inherit ?? {}).flatMap(([parameter, output]) => {
        const step = found.get(`${place} ${output}`)
        return step === undefined ? [] : [[parameter, { step, output }] as const]
      })
      return [name, Object.fromEntries(inherit)]
    }),
  )
}

function placesOf(names: readonly StepName[], placeOf: ReadonlyMap<StepName, number>): number[] {
  return names.flatMap((name) => placeOf.get(name) ?? [])
}

interface OutputUse {
  /** Steps that inherit an output of the name. */
  readonly wanted: number[]
  /** Steps that have one. */
  readonly given: number[]
}

/** The names that at least one step inherits. */
function groupByOutput(steps: WorkflowDraft['steps'], placeOf: ReadonlyMap<StepName, number>): Map<string, OutputUse> {
  const uses = new Map<string, OutputUse>()
  for (const [name, place] of placeOf) {
    for (const output of Object.values(steps[name]?.parameters?.inherit ?? {})) {
      const use = uses.get(output) ?? { wanted: [], given: [] }
      use.wanted.push(place)
      uses.set(output, use)
    }
  }
  for (const [name, place] of placeOf) {
    for (const output of Object.keys(steps[name]?.outputParameters ?? {})) uses.get(output)?.given.push(place)
  }
  return uses
}

/** Steps are their places in the body. What a search found of a step is valid in the round that is written at it. */
class SourceSearch {
  /** All links in one row; those of a step start at its entry of `#start` and end at the next. */
  readonly #links: Int32Array
  readonly #start: Int32Array
  readonly #givenIn: Int32Array
  readonly #settledIn: Int32Array
  /** Links to the source; 0 = there is none. */
  readonly #distance: Int32Array
  readonly #source: Int32Array
  readonly #stack: number[] = []
  #round = 0
  /** Links looked at so far. */
  effort = 0

  constructor(links: readonly (readonly number[])[]) {
    this.#links = Int32Array.from(links.flat())
    this.#start = new Int32Array(links.length + 1)
    for (const [step, own] of links.entries()) this.#start[step + 1] = (this.#start[step] ?? 0) + own.length
    this.#givenIn = new Int32Array(links.length)
    this.#settledIn = new Int32Array(links.length)
    this.#distance = new Int32Array(links.length)
    this.#source = new Int32Array(links.length)
  }

  /** Turns to another output name: the steps that have it. */
  begin(given: readonly number[]): void {
    this.#round += 1
    for (const step of given) this.#givenIn[step] = this.#round
  }

  nearest(step: number): number | null {
    this.#stack.push(step)
    for (let top = this.#stack.at(-1); top !== undefined; top = this.#stack.at(-1)) {
      if (this.#settledIn[top] === this.#round || this.#settle(top)) this.#stack.pop()
    }
    return this.#distance[step] === 0 ? null : (this.#source[step] ?? null)
  }

  /** False when others have to be settled before; they are on the stack then. */
  #settle(step: number): boolean {
    const from = this.#start[step] ?? 0
    const to = this.#start[step + 1] ?? from
    this.effort += to - from
    for (let link = from; link < to; link += 1) {
      const other = this.#links[link] ?? 0
      if (this.#givenIn[other] === this.#round) return this.#note(step, 1, other)
    }
    const before = this.#stack.length
    let nearest = 0
    let source = 0
    for (let link = from; link < to; link += 1) {
      const other = this.#links[link] ?? 0
      if (this.#settledIn[other] !== this.#round) this.#stack.push(other)
      const distance = this.#distance[other] ?? 0
      if (distance === 0 || (nearest !== 0 && distance >= nearest)) continue
      nearest = distance
      source = this.#source[other] ?? 0
    }
    if (this.#stack.length > before) return false
    return this.#note(step, nearest === 0 ? 0 : nearest + 1, source)
  }

  #note(step: number, distance: number, source: number): true {
    this.#settledIn[step] = this.#round
    this.#distance[step] = distance
    this.#source[step] = source
    return true
  }
}
