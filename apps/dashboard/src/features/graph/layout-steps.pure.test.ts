import { expect, it } from 'vitest'
import { boxSize, layoutSteps } from './layout-steps.ts'

it('puts a step to the right of all that it waits for, and boxes never over each other', () => {
  const steps = [
    { name: 'load', waitsFor: [] },
    { name: 'left', waitsFor: ['load'] },
    { name: 'right', waitsFor: ['load', 'gone'] },
    { name: 'join', waitsFor: ['left', 'right'] },
  ]
  const { places, width, height } = layoutSteps(steps)
  const at = (name: string) => places.get(name) ?? { x: Number.NaN, y: Number.NaN }
  expect(at('left').x).toBeGreaterThanOrEqual(at('load').x + boxSize.width)
  expect(at('join').x).toBeGreaterThanOrEqual(at('right').x + boxSize.width)
  expect(Math.abs(at('left').y - at('right').y)).toBeGreaterThanOrEqual(boxSize.height)
  expect(width).toBeGreaterThanOrEqual(3 * boxSize.width)
  expect(height).toBeGreaterThanOrEqual(2 * boxSize.height)
})

it('takes a single step, and none', () => {
  expect(layoutSteps([{ name: 'a', waitsFor: [] }])).toMatchObject({ ...boxSize })
  expect(layoutSteps([])).toMatchObject({ width: 0, height: 0 })
})

it('puts a step below all that it waits for where there is little width', () => {
  const steps = [
    { name: 'load', waitsFor: [] },
    { name: 'train', waitsFor: ['load'] },
  ]
  const { places, width } = layoutSteps(steps, 'down')
  expect(places.get('train')?.y).toBeGreaterThanOrEqual((places.get('load')?.y ?? Number.NaN) + boxSize.height)
  expect(width).toBe(boxSize.width)
})
