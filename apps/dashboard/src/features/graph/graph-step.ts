import type { StepStatus } from '@cairn/sdk'

/** A step as a graph shows it. */
export interface GraphStep {
  readonly name: string
  readonly waitsFor: readonly string[]
  /** null = of a workflow, not of a run. */
  readonly status: StepStatus | null
  /** Stands under the name: why it waits, how long it took, its image. */
  readonly note: string
  /** It will not run. */
  readonly isDimmed?: boolean
}
