import { useReactFlow, useStore } from '@xyflow/react'
import { useEffect, useRef } from 'react'

export const fitOptions = {
  maxZoom: 1,
  minZoom: 0.4,
  padding: { top: '44px', bottom: '16px', x: '16px' },
} as const

/** Fits the graph into its place again when that becomes larger or smaller, until somebody has moved it. */
export function KeepInView({ isMoved }: { readonly isMoved: () => boolean }): null {
  const { fitView } = useReactFlow()
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  const fitted = useRef({ width, height })
  useEffect(() => {
    const before = fitted.current
    fitted.current = { width, height }
    // The first size is fitted by the graph itself.
    const isFirst = before.width === 0 || before.height === 0
    const isSame = before.width === width && before.height === height
    if (!isFirst && !isSame && !isMoved()) void fitView(fitOptions)
  }, [width, height, fitView, isMoved])
  return null
}
