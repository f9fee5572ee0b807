import { expect, it } from 'vitest'
import { StartsFirst } from '../../src/execution/container/starts-first.ts'

it('removes after the starts that are asked for in the same moment', async () => {
  const order: string[] = []
  const containers = new StartsFirst(1)
  const { promise: engineIsSlow, resolve: answer } = Promise.withResolvers<void>()
  const removed = containers.remove(async () => void order.push('removed'))
  const started = containers.start(async () => {
    await engineIsSlow
    order.push('started')
  })
  const second = containers.start(async () => void order.push('started, too'))
  answer()
  await Promise.all([removed, started, second])
  expect(order).toEqual(['started', 'started, too', 'removed'])
})

it('starts at once what takes no place, and removes after it as well', async () => {
  const order: string[] = []
  const containers = new StartsFirst(1)
  const { promise: hangs, resolve: end } = Promise.withResolvers<void>()
  const started = containers.start(() => hangs)
  const removed = containers.remove(async () => void order.push('removed'))
  await containers.startAtOnce(async () => void order.push('started at once'))
  end()
  await Promise.all([started, removed])
  expect(order).toEqual(['started at once', 'removed'])
})

it('removes although starts never cease', async () => {
  const order: string[] = []
  const containers = new StartsFirst(1, { removalMs: 1, aheadMs: 1 })
  const { promise: hangs, resolve: end } = Promise.withResolvers<void>()
  const started = containers.start(async () => {
    await hangs
    order.push('started')
  })
  await containers.remove(async () => void order.push('removed'))
  end()
  await started
  expect(order).toEqual(['removed', 'started'])
})

it('goes on after a start or a removal that fails', async () => {
  const containers = new StartsFirst(1)
  const broken = new Error('the engine is away')
  await expect(containers.start(() => Promise.reject(broken))).rejects.toBe(broken)
  await expect(containers.remove(() => Promise.reject(broken))).rejects.toBe(broken)
  expect(await containers.start(() => Promise.resolve('started'))).toBe('started')
  await containers.remove(() => Promise.resolve())
})

it('says when every removal that was asked for has ended, whether it failed or not', async () => {
  const order: string[] = []
  const containers = new StartsFirst(1)
  const failing = containers.remove(() => Promise.reject(new Error('the engine is away')))
  failing.catch(() => order.push('failed'))
  void containers.remove(async () => void order.push('removed'))
  await containers.removalsEnded()
  expect(order.toSorted()).toEqual(['failed', 'removed'])
})
