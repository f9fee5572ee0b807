import { type ReactElement, useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { onThemeChange } from './on-theme-change.ts'

/** A line of a chart. `null` = not known at that time. */
export interface Series {
  readonly label: string
  /** A colour of the theme, e.g. `busy-bar`. */
  readonly color: string
  readonly values: readonly (number | null)[]
}

interface Lines {
  readonly series: readonly Series[]
  /** Of a value, e.g. `12 MB`. */
  readonly text: (value: number) => string
  /** What the chart reaches up to at least. */
  readonly least: number
  /** Epoch seconds between which the chart shows what is known. */
  readonly range: readonly [from: number, to: number]
}

const height = 120

const colorOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}`)

function optionsOf(width: number, { series, text, least, range: [from, to] }: Lines): UPlot.Options {
  const grid = { stroke: () => resolved('line'), width: 1 }
  const axis = { stroke: () => resolved('faint'), grid, ticks: { show: false }, font: '11px system-ui' }
  return {
    width,
    height,
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    legend: { show: false },
    padding: [8, 18, 0, 0],
    scales: {
      x: { range: () => [from, to] },
      y: { range: (_chart, _least, most) => [0, Math.max((most ?? 0) * 1.1, least)] },
    },
    axes: [
      { ...axis, size: 24, space: 70, values: (_chart, times) => times.map(clock) },
      { ...axis, size: 62, values: (_chart, values) => values.map(text) },
    ],
    series: [
      {},
      ...series.map(({ label, color }) => ({
        label,
        stroke: () => resolved(color),
        width: 1.5,
        spanGaps: false,
      })),
    ],
  }
}

const clock = (seconds: number): string => new Date(seconds * 1000).toLocaleTimeString('en-GB', { timeStyle: 'short' })

/** `light-dark()` is worked out by the browser for an element, not for a canvas. */
function resolved(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = colorOf(name)
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/**
 * Lines over time, with the newest values in words: colour is never the only sign.
 *
 * @param times epoch seconds, in order
 */
export function TimeChart({
  title,
  times,
  series,
  text,
  least,
  range,
}: Lines & {
  readonly title: string
  readonly times: readonly number[]
}): ReactElement {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const place = box.current
    if (place === null) return undefined
    const data = [[...times], ...series.map(({ values }) => [...values])] as UPlot.AlignedData
    const chart = new UPlot(optionsOf(place.clientWidth, { series, text, least, range }), data, place)
    const observer = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height }))
    observer.observe(place)
    const stopListening = onThemeChange(() => chart.redraw(false))
    return () => {
      stopListening()
      observer.disconnect()
      chart.destroy()
    }
  }, [times, series, text, least, range])
  return (
    <figure className="min-w-0 rounded-lg border border-line bg-surface px-3 pt-2.5 pb-2">
      <figcaption className="mb-1 flex flex-wrap items-baseline gap-x-3 text-[13px]">
        <span className="font-medium">{title}</span>
        {series.map(({ label, color, values }) => {
          const newest = values.findLast((value) => value !== null)
          return (
            <span key={label} className="inline-flex items-baseline gap-1.5 text-faint">
              <span aria-hidden className="h-0.5 w-3 self-center" style={{ background: `var(--color-${color})` }} />
              {label} <span className="text-ink tabular-nums">{typeof newest === 'number' ? text(newest) : '–'}</span>
            </span>
          )
        })}
      </figcaption>
      <div ref={box} aria-hidden className="h-[120px] overflow-hidden" />
    </figure>
  )
}
