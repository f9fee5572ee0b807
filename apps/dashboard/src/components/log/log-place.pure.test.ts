import { expect, it } from 'vitest'
import { followAddress, goToEnd, goToLine, markLine, moveView, placeAt } from './log-place.ts'

it('begins at the line of the address, else at the end', () => {
  expect(placeAt(7)).toEqual({ line: 7, goes: 1, isFollowing: false })
  expect(placeAt(null)).toEqual({ line: null, goes: 0, isFollowing: true })
})

it('goes to a line each time it is asked for, also to the same one again', () => {
  const once = goToLine(placeAt(null), 7)
  const again = goToLine(once, 7)
  expect([once.line, again.line]).toEqual([7, 7])
  expect(again.goes).toBe(once.goes + 1)
})

it('leaves the view where it is for a line that is pressed, also when that comes back by the address', () => {
  const before = placeAt(3)
  const marked = markLine(before, 9)
  expect(marked).toEqual({ line: 9, goes: before.goes, isFollowing: false })
  expect(followAddress(marked, 9)).toBe(marked)
})

it('goes to another line that the address names', () => {
  expect(followAddress(placeAt(3), 9)).toEqual(goToLine(placeAt(3), 9))
  expect(followAddress(placeAt(3), null)).toEqual({ line: null, goes: 1, isFollowing: false })
})

it('stays at the end, with no line marked, when that is wanted', () => {
  expect(goToEnd(goToLine(placeAt(null), 7))).toEqual({ line: null, goes: 1, isFollowing: true })
})

it('stays at the end once somebody has moved there, and leaves it when they move away', () => {
  const read = moveView(goToLine(placeAt(null), 7), true)
  expect(read).toEqual({ line: 7, goes: 1, isFollowing: true })
  expect(moveView(read, false).isFollowing).toBe(false)
})
