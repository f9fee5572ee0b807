import { createClient, type ExecutionStep } from '@cairn/sdk'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { LogEntry } from '../../components/log/log-store.ts'
import { readRunLog } from './read-run-log.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface WrittenStep {
  status: 'Pending' | 'Running' | 'Success'
  /** Epoch milliseconds; each line tells its own. */
  readonly lines: readonly number[]
}

const pageSize = 10_000

/** A server of one run. As long as a step is live and has no more lines, it holds the answer back. */
function runOf(steps: Record<string, WrittenStep>) {
  const asked: string[] = []
  const open = { now: 0, most: 0 }
  const changed = new EventTarget()
  const details = (): Pick<ExecutionStep, 'name' | 'status' | 'startedAt'>[] =>
    Object.entries(steps).map(([name, { status, lines }]) => ({
      name,
      status,
      startedAt: status === 'Pending' ? null : new Date(lines[0] ?? 0).toISOString(),
    }))
  const readPage = async (name: string, from: number, signal: AbortSignal): Promise<unknown> => {
    for (;;) {
      const { status, lines } = steps[name] ?? { status: 'Pending', lines: [] }
      const page = status === 'Pending' ? [] : lines.slice(from, from + pageSize)
      const logs = page.map((at) => ({ message: `${name} ${at}`, timestamp: at }))
      const stepRunStatus = status === 'Success' ? status : 'Running'
      if (page.length > 0 || status === 'Success') return { stepRunStatus, nextToken: String(from + page.length), logs }
      await new Promise((again, leave) => {
        changed.addEventListener('change', again, { once: true, signal })
        signal.addEventListener('abort', leave, { once: true })
      })
    }
  }
  const answer = async ({ searchParams }: URL, signal: AbortSignal): Promise<unknown> => {
    const name = searchParams.get('stepName')
    if (name === null) return { steps: details() }
    asked.push(name)
    open.now += 1
    open.most = Math.max(open.most, open.now)
    const close = (): void => void (open.now -= 1)
    signal.addEventListener('abort', close, { once: true })
    const page = await readPage(name, Number(searchParams.get('nextToken') ?? 0), signal)
    signal.removeEventListener('abort', close)
    close()
    return page
  }
  const client = createClient({
    baseUrl: 'http://cairn.test',
    token: 'cairn_test',
    fetch: async (input, init) => {
      const { url, signal } = new Request(input, init)
      return Response.json(await answer(new URL(url), signal))
    },
  })
  const shown: LogEntry[] = []
  const leaving = new AbortController()
  const run = { runId: '0198c0de-0000-7000-8000-000000000001', steps: details() }
  const reading = readRunLog(
    client,
    7,
    run,
  )(leaving.signal, (entries) => {
    for (const entry of entries) shown.push(entry)
  })
  const leave = async (): Promise<void> => {
    leaving.abort()
    await reading.catch(() => undefined)
  }
  const change = (to: Readonly<Record<string, WrittenStep>>): void => {
    Object.assign(steps, to)
    changed.dispatchEvent(new Event('change'))
  }
  return { reading, shown, asked, open, leave, change, texts: () => shown.map(({ text }) => text) }
}

const linesFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index)

it('shows steps of 200,000 lines one after another, and holds no more than a page of the later', async () => {
  const { reading, shown, asked } = runOf({
    first: { status: 'Success', lines: linesFrom(0, 200_000) },
    second: { status: 'Success', lines: linesFrom(200_000, 200_000) },
  })
  await reading
  expect(shown).toHaveLength(400_000)
  expect(shown.every(({ at }, index) => at === index)).toBe(true)
  expect(asked.slice(0, asked.lastIndexOf('first')).filter((name) => name === 'second').length).toBeLessThanOrEqual(1)
})

it('shows what one step writes while others are silent or have not started', async () => {
  const { texts, leave, asked, open } = runOf({
    quiet: { status: 'Running', lines: [] },
    busy: { status: 'Running', lines: [1, 2] },
    ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, { status: 'Pending', lines: [] }])),
  })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(texts()).toEqual(['busy 1', 'busy 2'])
  expect(new Set(asked)).toEqual(new Set(['quiet', 'busy']))
  await leave()
  expect(open.now).toBe(0)
})

it('comes to each of many live steps in turn, and leaves connections to the rest of the page', async () => {
  const names = linesFrom(0, 12).map((number) => `step${number}`)
  const { texts, leave, open } = runOf(
    Object.fromEntries(names.map((name, at) => [name, { status: 'Running', lines: at === 11 ? [5] : [] }])),
  )
  await vi.advanceTimersByTimeAsync(10_000)
  expect(texts()).toEqual(['step11 5'])
  expect(open.most).toBeLessThanOrEqual(3)
  await leave()
})

it('goes on with steps that start later, to the end of the last one', async () => {
  const { reading, texts, change } = runOf({
    first: { status: 'Running', lines: [1, 2] },
    second: { status: 'Pending', lines: [3] },
    never: { status: 'Pending', lines: [] },
  })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(texts()).toEqual(['first 1', 'first 2'])
  change({ first: { status: 'Success', lines: [1, 2] }, second: { status: 'Running', lines: [3] } })
  await vi.advanceTimersByTimeAsync(4_000)
  expect(texts()).toEqual(['first 1', 'first 2', 'second 3'])
  change({ second: { status: 'Success', lines: [3, 4] }, never: { status: 'Success', lines: [] } })
  await vi.advanceTimersByTimeAsync(4_000)
  await reading
  expect(texts()).toEqual(['first 1', 'first 2', 'second 3', 'second 4'])
})
