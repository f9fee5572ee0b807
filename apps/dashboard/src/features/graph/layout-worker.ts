/** Lays out large graphs beside the page: a layout of hundreds of steps takes longer than a page may stand still. */
import { type Direction, layoutSteps, type LinkedStep } from './layout-steps.ts'

/** A layout that is asked for. */
export interface LayoutRequest {
  readonly steps: readonly LinkedStep[]
  readonly direction: Direction
}

globalThis.addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  globalThis.postMessage(layoutSteps(data.steps, data.direction), { transfer: [] })
})
