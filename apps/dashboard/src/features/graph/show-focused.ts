import type { ReactFlowInstance } from '@xyflow/react'

/**
 * Moves a graph so that the box which the keyboard has come to is in view.
 *
 * @returns whether it had to
 */
export function showFocused(place: Element, focused: Element, graph: ReactFlowInstance): boolean {
  if (!(focused instanceof HTMLElement) || !focused.matches('[aria-pressed]:focus-visible')) return false
  const [outer, inner] = [place.getBoundingClientRect(), focused.getBoundingClientRect()]
  const isBeside = inner.left >= outer.left && inner.right <= outer.right
  if (isBeside && inner.top >= outer.top && inner.bottom <= outer.bottom) return false
  const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = focused
  void graph.setCenter(offsetLeft + offsetWidth / 2, offsetTop + offsetHeight / 2, { zoom: graph.getZoom() })
  return true
}
