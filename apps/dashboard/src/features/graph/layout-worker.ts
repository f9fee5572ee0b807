/** Lays out large graphs beside the page: a layout of hundreds of steps takes longer than a page may stand still. */
import { layoutSteps, type LinkedStep } from './layout-steps.ts'

globalThis.addEventListener('message', ({ data }: MessageEvent<readonly LinkedStep[]>) => {
  globalThis.postMessage(layoutSteps(data), { transfer: [] })
})
