import {
  applyEvent,
  type AttemptResult,
  concludeAttempt,
  decide,
  graphOf,
  isLive,
  newRunState,
  nextDueAt,
  type RecordedRunEvent,
  type RunEvent,
  type RunPlan,
  type RunState,
} from '../../src/index.ts'

/** A run as its owner drives it, with a clock that a test moves. */
export class RunInMemory {
  readonly state: RunState
  readonly log: RecordedRunEvent[] = []
  /** Events that were seeded with the run. */
  readonly seeds: number
  now = 0

  /** @param before events that are seeded with the run */
  constructor(plan: RunPlan, before: readonly RunEvent[] = []) {
    this.state = newRunState(graphOf(plan))
    this.seeds = before.length
    for (const event of before) this.record(event)
  }

  /** As the next owner finds it: the log so far, and the time of its last event. */
  static takenUp(plan: RunPlan, log: readonly RecordedRunEvent[]): RunInMemory {
    const run = new RunInMemory(plan)
    for (const { at, event } of log) {
      run.now = at
      run.record(event)
    }
    return run
  }

  record(event: RunEvent): void {
    const recorded = { sequence: this.state.sequence + 1, at: this.now, event }
    applyEvent(this.state, recorded)
    this.log.push(recorded)
  }

  /** Records all that is due now. */
  advance(): void {
    for (let due = decide(this.state, this.now); due.length > 0; due = decide(this.state, this.now)) {
      for (const event of due) this.record(event)
    }
  }

  /** Moves the clock to what is due next; false when nothing is. */
  skipTime(): boolean {
    const dueAt = nextDueAt(this.state)
    if (dueAt === null) return false
    this.now = Math.max(this.now, dueAt)
    this.advance()
    return true
  }

  /** Ends the live attempt of a step and records what follows. */
  end(step: string, result: AttemptResult): void {
    const attempt = this.state.steps.get(step)?.attempt ?? 0
    const event = concludeAttempt(this.state, { step, attempt }, result, this.now)
    if (event === null) throw new Error(`step "${step}" has no live attempt`)
    this.record(event)
    this.advance()
  }

  live(): string[] {
    return [...this.state.steps].filter(([, step]) => isLive(step)).map(([name]) => name)
  }

  /** Phase and reason of a step, e.g. `skipped: parent "a" failed`. */
  told(step: string): string {
    const { phase, reason } = this.state.steps.get(step) ?? { phase: 'unknown', reason: null }
    return reason === null ? phase : `${phase}: ${reason}`
  }

  /** Status and reason of the whole, e.g. `failed: timed out after 60 s`. */
  outcome(): string | null {
    const { finished } = this.state
    if (finished === null) return null
    return finished.reason === null ? finished.status : `${finished.status}: ${finished.reason}`
  }
}

export const succeeded: AttemptResult = { kind: 'succeeded', outputs: {} }
export const failed: AttemptResult = { kind: 'failed', reason: 'exit code 1', exitCode: 1 }
