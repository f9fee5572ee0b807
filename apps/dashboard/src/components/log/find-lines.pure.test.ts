import { expect, it } from 'vitest'
import { containing, findLines, tellsError } from './find-lines.ts'
import { LogStore } from './log-store.ts'

function logOf(texts: readonly string[]): LogStore {
  const store = new LogStore()
  store.append(texts.map((text) => ({ text, at: null, from: null })))
  return store
}

async function found(store: LogStore, from: number, test: (text: string) => boolean): Promise<number[]> {
  const indexes: number[] = []
  for await (const some of findLines(store, from, test, new AbortController().signal)) indexes.push(...some)
  return indexes
}

it('finds lines without regard to case and colours, from a line on', async () => {
  const store = logOf(['Epoch 1', 'loss 3', '\u001b[32mepo\u001b[0mch 2', 'EPOCH 3'])
  expect(await found(store, 0, containing('epoch'))).toEqual([0, 2, 3])
  expect(await found(store, 1, containing('epoch'))).toEqual([2, 3])
})

it('looks through a long log to its end', async () => {
  const store = logOf(Array.from({ length: 50_000 }, (_, line) => (line % 10_000 === 9_999 ? 'here' : 'there is none')))
  expect(await found(store, 0, containing('here'))).toHaveLength(50_000)
  expect(await found(store, 0, (text) => text === 'here')).toEqual([9_999, 19_999, 29_999, 39_999, 49_999])
})

it.each([
  ['ValueError: could not convert', true],
  ['Traceback (most recent call last):', true],
  ['[ERROR] no such table', true],
  ['java.lang.NullPointerException', true],
  ['the request failed: connect ECONNREFUSED', true],
  ['terror of the seas', false],
  ['mean absolute deviation 0.3', false],
])('sees whether "%s" tells of an error: %s', (text, isError) => {
  expect(tellsError(text)).toBe(isError)
})
