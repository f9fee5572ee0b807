import { expect, it } from 'vitest'
import type { LogEntry } from '../../components/log/log-store.ts'
import { mergeByTime } from './merge-by-time.ts'

const line = (from: string, at: number): LogEntry => ({ text: `${from}${at}`, at, from })
const waitingOf = (...lines: readonly LogEntry[]): Map<string, LogEntry[]> =>
  Map.groupBy(lines, ({ from }) => from ?? '')
const texts = (lines: readonly LogEntry[]): string[] => lines.map(({ text }) => text)

it('puts the lines of several writers into the order of their times', () => {
  const waiting = waitingOf(line('a', 1), line('a', 4), line('b', 2), line('b', 3))
  expect(texts(mergeByTime(waiting, new Set()))).toEqual(['a1', 'b2', 'b3', 'a4'])
  expect(texts(mergeByTime(waiting, new Set()))).toEqual([])
})

it('holds back what may still be preceded by a writer of which more comes', () => {
  const waiting = waitingOf(line('a', 1), line('a', 9), line('b', 2), line('b', 3))
  expect(texts(mergeByTime(waiting, new Set(['b'])))).toEqual(['a1', 'b2', 'b3'])
  waiting.get('b')?.push(line('b', 5))
  expect(texts(mergeByTime(waiting, new Set()))).toEqual(['b5', 'a9'])
})
