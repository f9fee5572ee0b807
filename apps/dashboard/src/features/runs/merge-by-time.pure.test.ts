import { expect, it } from 'vitest'
import type { LogEntry } from '../../components/log/log-store.ts'
import { type LogWriter, mergeByTime } from './merge-by-time.ts'

const writer = (from: string, until: number, ...times: readonly number[]): LogWriter => ({
  waiting: times.map((at) => ({ text: `${from}${at}`, at, from })),
  until,
})
const texts = (lines: readonly LogEntry[]): string[] => lines.map(({ text }) => text)

it('puts the lines of several writers into the order of their times', () => {
  const writers = [writer('a', Infinity, 1, 4), writer('b', Infinity, 2, 3)]
  expect(texts(mergeByTime(writers))).toEqual(['a1', 'b2', 'b3', 'a4'])
  expect(texts(mergeByTime(writers))).toEqual([])
})

it('holds back what may still be preceded by a writer of which more comes', () => {
  const behind = writer('b', 3, 2, 3)
  const writers = [writer('a', Infinity, 1, 9), behind]
  expect(texts(mergeByTime(writers))).toEqual(['a1', 'b2', 'b3'])
  behind.waiting = writer('b', 5, 5).waiting
  behind.until = Infinity
  expect(texts(mergeByTime(writers))).toEqual(['b5', 'a9'])
})

it('takes more lines at once than a call takes arguments', () => {
  const waiting = Array.from({ length: 300_000 }, (_, at) => ({ text: '', at, from: 'b' }))
  expect(mergeByTime([{ waiting, until: Infinity }])).toHaveLength(300_000)
})
