import { expect, it } from 'vitest'
import { ReceiverGate } from '../../src/notification/receiver-gate.ts'

it('lets so many in at a time, each receiver apart', () => {
  const gate = new ReceiverGate(2)
  expect([gate.enter('a', 0), gate.enter('a', 0), gate.enter('b', 0)]).toEqual([0, 0, 0])
  expect(gate.enter('a', 0)).toBeGreaterThan(0)
  gate.leave('a', 10)
  expect(gate.enter('a', 0)).toBe(0)
})

it('spreads those that wait as the receiver lets others in, up to a minute', () => {
  const gate = new ReceiverGate(2)
  for (let index = 0; index < 2; index += 1) gate.enter('a', 0)
  const waits = Array.from({ length: 200 }, () => gate.enter('a', 0))
  expect(waits.slice(0, 3)).toEqual([500, 1000, 1500])
  expect(waits.at(-1)).toBe(60_000)
})

it('learns how slow a receiver is', () => {
  const gate = new ReceiverGate(1)
  for (let index = 0; index < 20; index += 1) {
    expect(gate.enter('slow', 0)).toBe(0)
    gate.enter('other', 0)
    gate.leave('slow', 15_000)
  }
  expect(gate.enter('slow', 0)).toBe(0)
  expect(gate.enter('slow', 0)).toBe(1000)
})
