import { expect, it } from 'vitest'
import { containing, findLines, followLines, tellsError } from './find-lines.ts'
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

it('goes on in a log that grows, with each line looked at once', async () => {
  const store = logOf(['here 0', 'there'])
  const leaving = new AbortController()
  const looked: string[] = []
  const finds = followLines(
    store,
    (text) => {
      looked.push(text)
      return text.startsWith('here')
    },
    leaving.signal,
  )
  expect(await finds.next()).toEqual({ done: false, value: [0] })
  const next = finds.next()
  store.append([{ text: 'none', at: null, from: null }])
  store.append([{ text: 'here 3', at: null, from: null }])
  expect(await next).toEqual({ done: false, value: [3] })
  expect(looked).toEqual(['here 0', 'there', 'none', 'here 3'])
})

it('stops waiting for more lines when it is not wanted any more', async () => {
  const leaving = new AbortController()
  const finds = followLines(logOf(['none']), containing('here'), leaving.signal)
  const next = finds.next()
  setTimeout(() => leaving.abort())
  expect(await next).toEqual({ done: true, value: undefined })
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
