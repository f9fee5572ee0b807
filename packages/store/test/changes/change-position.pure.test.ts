import { describe, expect, it } from 'vitest'
import { type ChangePosition, passChanges } from '../../src/changes/change-position.ts'

const at = (last: number, ...gaps: number[]): ChangePosition => ({ last, gaps: new Map(gaps.map((id) => [id, 0])) })
const gapsOf = ({ gaps }: ChangePosition): number[] => [...gaps.keys()]

describe('the position among changes', () => {
  it('moves to the newest number that was read, and keeps asking for those that were passed over', () => {
    const position = passChanges(at(3), [4, 7, 9], 0)
    expect([position.last, gapsOf(position)]).toEqual([9, [5, 6, 8]])
  })

  it('asks no more for a number that came late, and does not go back to it', () => {
    const position = passChanges(at(9, 5, 6), [5, 10], 0)
    expect([position.last, gapsOf(position)]).toEqual([10, [6]])
  })

  it('gives a number up after two minutes', () => {
    expect(gapsOf(passChanges(at(9, 5), [], 119_999))).toEqual([5])
    expect(gapsOf(passChanges(at(9, 5), [], 120_000))).toEqual([])
  })

  it('asks for no more than a thousand numbers, the newest ones', () => {
    const position = passChanges(at(0), [5000], 0)
    expect([position.gaps.size, Math.min(...gapsOf(position)), position.last]).toEqual([1000, 4000, 5000])
  })
})
