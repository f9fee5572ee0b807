/** When the steps of a run queued, ran and waited for a retry, as parts of the time that the run took. */
import type { ExecutionDetails, ExecutionStep } from '@cairn/sdk'

export type SegmentKind = 'queue' | 'run' | 'retry'

export interface Segment {
  readonly kind: SegmentKind
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** 0 = before the first. */
  readonly attempt: number
}

export interface TimelineRow {
  readonly step: ExecutionStep
  readonly segments: readonly Segment[]
  /** The run would have ended earlier if this step had. */
  readonly isCritical: boolean
}

export interface Timeline {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly rows: readonly TimelineRow[]
}

/** `queue`: its turn has come, its container does not run yet. `retry`: the wait between two attempts. */
function segmentsOf({ attempts, stepType }: ExecutionStep, now: number): Segment[] {
  const segments: Segment[] = []
  for (const { attempt, startedAt, runningAt, finishedAt } of attempts) {
    const before = segments.at(-1)
    const started = Date.parse(startedAt)
    const to = finishedAt === null ? now : Date.parse(finishedAt)
    // A short container is not seen running; then all of it counts as run once it has ended.
    const isSeen = runningAt !== null || finishedAt !== null || stepType !== 'standard'
    const running = runningAt === null ? (isSeen ? started : to) : Date.parse(runningAt)
    if (before !== undefined && started > before.to) {
      segments.push({ kind: 'retry', from: before.to, to: started, attempt: attempt - 1 })
    }
    if (running > started) segments.push({ kind: 'queue', from: started, to: running, attempt })
    if (isSeen) segments.push({ kind: 'run', from: running, to: Math.max(running, to), attempt })
  }
  return segments
}

/** Back from the step that ended last, each time to the one that was waited for longest. */
function criticalSteps(steps: readonly ExecutionStep[]): ReadonlySet<string> {
  const byName = new Map(steps.map((step) => [step.name, step]))
  const latest = (among: readonly ExecutionStep[]): ExecutionStep | undefined =>
    among
      .filter(({ startedAt, finishedAt }) => startedAt !== null && finishedAt !== null)
      .toSorted((left, right) => (right.finishedAt ?? '').localeCompare(left.finishedAt ?? ''))[0]
  const found = new Set<string>()
  for (let step = latest(steps); step !== undefined && !found.has(step.name); ) {
    found.add(step.name)
    step = latest(step.waitsFor.flatMap((name) => byName.get(name) ?? []))
  }
  return found
}

/** @param now epoch milliseconds, the end of what goes on */
export function timelineOf(run: ExecutionDetails, now: number): Timeline {
  const from = Date.parse(run.executedAt)
  const to = Math.max(from + 1, run.finishedAt === null ? now : Date.parse(run.finishedAt))
  const critical = run.finishedAt === null ? new Set<string>() : criticalSteps(run.steps)
  const rows = run.steps.map((step) => ({
    step,
    segments: segmentsOf(step, to),
    isCritical: critical.size > 1 && critical.has(step.name),
  }))
  return { from, to, rows }
}
