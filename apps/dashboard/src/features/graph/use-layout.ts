import { useEffect, useMemo, useState } from 'react'
import { type Direction, type Layout, layoutSteps, type LinkedStep } from './layout-steps.ts'
import type { LayoutRequest } from './layout-worker.ts'

/** With so many steps a layout takes no longer than a frame or two. */
const mostAtOnce = 60

/** The layout of steps, anew only when steps or their links change; null while a large one is made. */
export function useLayout(steps: readonly LinkedStep[], direction: Direction): Layout | null {
  const shape = JSON.stringify({ steps: steps.map(({ name, waitsFor }) => ({ name, waitsFor })), direction })
  const isSmall = steps.length <= mostAtOnce
  const small = useMemo(() => {
    const wanted = JSON.parse(shape) as LayoutRequest
    return isSmall ? layoutSteps(wanted.steps, wanted.direction) : null
  }, [shape, isSmall])
  const [large, setLarge] = useState<{ readonly shape: string; readonly layout: Layout } | null>(null)
  useEffect(() => {
    if (isSmall) return undefined
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<Layout>) => setLarge({ shape, layout: data }))
    worker.postMessage(JSON.parse(shape), { transfer: [] })
    return () => worker.terminate()
  }, [shape, isSmall])
  if (isSmall) return small
  return large?.shape === shape ? large.layout : null
}
