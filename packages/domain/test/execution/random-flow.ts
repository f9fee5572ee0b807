/** Random workflows with every rule of flow, as bodies that users could write, and what happens to their runs. */
import * as fc from 'fast-check'
import type { StepDraft, WorkflowDraft } from '../../src/index.ts'

export type StepResult =
  | { readonly kind: 'succeeded'; readonly x: string | null }
  | { readonly kind: 'failed'; readonly exitCode: number }
  | { readonly kind: 'lost' }

/** What the attempts of a step do, one after the other; a further one succeeds without output. */
export interface StepScript {
  readonly results: readonly StepResult[]
  /** A live attempt ends as stopped when the run is stopping, and not by its next result. */
  readonly obeysStop: boolean
}

export interface RandomFlow {
  readonly body: WorkflowDraft
  readonly scripts: ReadonlyMap<string, StepScript>
  readonly leftOut: ReadonlySet<string>
  /** Reused from another run, with this output. */
  readonly reused: ReadonlyMap<string, string>
  /** Attempts that end before somebody stops the run; null = nobody does. */
  readonly stopAfter: number | null
  /** Chooses which attempt ends next and how long it took. */
  readonly tape: Tape
}

/** Choices read from random bytes; zeros once they are used up, which stands for the simplest of everything. */
export class Tape {
  readonly #bytes: Uint8Array
  #next = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    const byte = this.#bytes[this.#next] ?? 0
    this.#next += 1
    return byte % end
  }

  /** True in `share` of ten cases. */
  chance(share: number): boolean {
    return this.below(10) >= 10 - share
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0]
  }

  /** Up to `most` of the items, each once. */
  some(items: readonly string[], most: number): string[] {
    if (items.length === 0) return []
    return [...new Set(Array.from({ length: this.below(most + 1) }, () => items[this.below(items.length)] ?? ''))]
  }
}

export interface FlowKind {
  readonly isStopped?: boolean
  readonly hasTimeLimit?: boolean
  readonly isPartial?: boolean
  readonly isRetry?: boolean
}

export function randomFlow(kind: FlowKind): fc.Arbitrary<RandomFlow> {
  return fc.uint8Array({ minLength: 160, maxLength: 160 }).map((bytes) => flowFrom(new Tape(bytes), kind))
}

function flowFrom(tape: Tape, kind: FlowKind): RandomFlow {
  const names = Array.from({ length: 1 + tape.below(7) }, (_, place) => `s${place}`)
  const steps = names.map((name, place) => [name, stepFrom(tape, names.slice(0, place))] as const)
  return {
    body: {
      // What comes first in the body does not have to come first in the run.
      steps: Object.fromEntries(tape.chance(5) ? steps.toReversed() : steps),
      metadata: kind.hasTimeLimit === true ? { workflowTimeout: 1 + tape.below(8) } : undefined,
    },
    scripts: new Map(names.map((name) => [name, scriptFrom(tape)])),
    leftOut: new Set(kind.isPartial === true ? tape.some(names, 4) : []),
    reused: new Map((kind.isRetry === true ? tape.some(names, 3) : []).map((name) => [name, `${tape.below(3)}`])),
    stopAfter: kind.isStopped === true ? tape.below(8) : null,
    tape,
  }
}

function stepFrom(tape: Tape, before: readonly string[]): StepDraft {
  const retries = tape.below(3)
  return {
    ...(tape.chance(5)
      ? { type: 'http', method: 'get', url: 'https://example.com/' }
      : { command: 'true', imageId: 1 }),
    outputParameters: { x: 'response.txt' },
    parents: tape.some(before, 3),
    executionParameters: before.length > 0 && tape.chance(4) ? conditionsFrom(tape, before) : undefined,
    runConfiguration: {
      retryOptions:
        retries === 0
          ? undefined
          : { numberOfRetries: retries, duration: tape.below(3), exitCodes: tape.chance(3) ? [1] : undefined },
      skipConfiguration: { skip: tape.chance(1), skipDAG: tape.below(20) === 19 },
    },
  }
}

function conditionsFrom(tape: Tape, before: readonly string[]): NonNullable<StepDraft['executionParameters']> {
  const one = () => before[tape.below(before.length)] ?? ''
  return {
    conditional: tape.chance(3)
      ? [{ condition: tape.pick(['equals', 'not-equals']), stepName: one(), paramName: 'x', value: `${tape.below(3)}` }]
      : [],
    parentStatus: Array.from({ length: tape.below(3) }, () => ({
      condition: tape.pick(['all-of', 'one-of']),
      parents: [one(), ...tape.some(before, 2)],
      status: tape.pick<('success' | 'failure')[]>([['success'], ['failure'], ['failure', 'success']]),
    })),
  }
}

function scriptFrom(tape: Tape): StepScript {
  const results = Array.from({ length: tape.below(4) }, (): StepResult => {
    const kind = tape.below(8)
    if (kind < 4) return { kind: 'succeeded', x: kind === 3 ? null : `${kind}` }
    return kind < 7 ? { kind: 'failed', exitCode: kind === 6 ? 2 : 1 } : { kind: 'lost' }
  })
  return { results, obeysStop: tape.chance(6) }
}
