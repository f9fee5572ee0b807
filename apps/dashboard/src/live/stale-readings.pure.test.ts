import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, it, onTestFinished } from 'vitest'
import { StaleReadings } from './stale-readings.ts'

/** A reading on the screen that ends when it is told to. */
function slowReading() {
  const queries = new QueryClient()
  const begun: { readonly signal: AbortSignal; readonly end: (value: string) => void }[] = []
  const observer = new QueryObserver(queries, {
    queryKey: ['run', 'r1'],
    // What was never read is not begun anew anyway.
    initialData: 'older',
    queryFn: ({ signal }) => new Promise<string>((end) => begun.push({ signal, end })),
  })
  onTestFinished(observer.subscribe(() => undefined))
  const endOf = async (index: number, value: string): Promise<void> => {
    begun[index]?.end(value)
    await Promise.resolve()
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { queries, begun, observer, endOf }
}

it('lets a reading end, however often it is told meanwhile, and reads once more after it', async () => {
  const { queries, begun, observer, endOf } = slowReading()
  const stale = new StaleReadings()
  for (let turn = 0; turn < 5; turn += 1) {
    stale.add([['run', 'r1']])
    stale.readAgain(queries)
  }
  expect(begun).toHaveLength(1)
  await endOf(0, 'old')
  expect(observer.getCurrentResult().data).toBe('old')
  stale.readAgain(queries)
  stale.readAgain(queries)
  expect(begun.map(({ signal }) => signal.aborted)).toEqual([false, false])
  await endOf(1, 'new')
  stale.readAgain(queries)
  expect(observer.getCurrentResult().data).toBe('new')
  expect(begun).toHaveLength(2)
})

it('does not let one slow reading hold up others', () => {
  const { queries, begun } = slowReading()
  queries.setQueryData(['run', 'r2'], 'two')
  const stale = new StaleReadings()
  stale.add([
    ['run', 'r1'],
    ['run', 'r2'],
  ])
  stale.readAgain(queries)
  expect(queries.getQueryState(['run', 'r2'])?.isInvalidated).toBe(true)
  expect(begun).toHaveLength(1)
})
