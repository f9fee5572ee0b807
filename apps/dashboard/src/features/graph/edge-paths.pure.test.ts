import { expect, it } from 'vitest'
import { edgePaths } from './edge-paths.ts'
import type { GraphStep } from './graph-step.ts'
import { boxSize, layoutSteps } from './layout-steps.ts'

const step = (name: string, ...waitsFor: readonly string[]): GraphStep => ({ name, waitsFor, status: null, note: '' })

it('draws a line from the side of what is waited for to that of what waits', () => {
  const steps = [step('load'), step('train', 'load', 'gone')]
  const layout = layoutSteps(steps)
  const [path, ...others] = edgePaths(steps, layout, 'right')
  expect(others).toEqual([])
  const middle = boxSize.height / 2
  const train = layout.places.get('train')
  expect(path?.lines.startsWith(`M${boxSize.width} ${middle}C`)).toBe(true)
  expect(path?.heads).toBe(`M${train?.x} ${middle}l-7 -3.5v7z`)
})

it('goes down where the graph does, and keeps lines to what will not run apart', () => {
  const steps = [step('load'), { ...step('train', 'load'), isDimmed: true }, step('check', 'load')]
  const paths = edgePaths(steps, layoutSteps(steps, 'down'), 'down')
  expect(paths.map(({ isDimmed }) => isDimmed)).toEqual([false, true])
  expect(paths[0]?.lines).toMatch(new RegExp(`^M[\\d.]+ ${boxSize.height}C`))
})

it('makes few paths of many lines', () => {
  const steps = [step('first'), ...Array.from({ length: 200 }, (_, at) => step(`step-${at}`, 'first'))]
  const paths = edgePaths(steps, layoutSteps(steps), 'right')
  expect(paths).toHaveLength(4)
  expect(paths.map(({ lines }) => lines.split('M').length - 1).reduce((sum, each) => sum + each, 0)).toBe(200)
})
