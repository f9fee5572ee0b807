import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createProgramSpawner, type ProgramSpawner } from './program-spawner.ts'

const env = { PATH: '/usr/bin:/bin' }
const spawner = createProgramSpawner()

async function run(script: string, signal = AbortSignal.timeout(10_000), by: ProgramSpawner = spawner) {
  const lines: string[] = []
  const onLine = (line: string): void => void lines.push(line)
  return { end: await by.run({ program: '/bin/sh', args: ['-c', script], env, onLine }, signal), lines }
}

/** The process that started the shell. */
const parentOf = 'read -r _ _ _ parent _ < /proc/$$/stat; echo $parent'

it('A spawner gives the lines and exit codes of programs, several at a time', async () => {
  const ends = await Promise.all([1, 2, 3].map((code) => run(`echo ${code}a; echo ${code}b >&2; exit ${code}`)))
  expect(ends.map(({ end }) => end)).toEqual([1, 2, 3].map((code) => ({ kind: 'exited', code })))
  expect(ends.map(({ lines }) => lines.toSorted())).toEqual([1, 2, 3].map((code) => [`${code}a`, `${code}b`]))
})

it('A spawner starts all of them from one process that is not this one', async () => {
  const first = await run(parentOf)
  const second = await run(parentOf)
  expect(first.lines).toEqual(second.lines)
  expect(first.lines[0]).not.toBe(String(process.pid))
})

it('A spawner says that a program does not exist', async () => {
  const end = await spawner.run(
    { program: '/no/such', args: [], env, onLine: () => undefined },
    AbortSignal.timeout(5000),
  )
  expect(end.kind).toBe('not_run')
})

it('A spawner ends a program, with what it started, when the signal aborts', async () => {
  const controller = new AbortController()
  const pids: number[] = []
  const onLine = (line: string): void => {
    pids.push(Number(line))
    controller.abort()
  }
  const sleeping = { program: '/bin/sh', args: ['-c', 'sleep 60 & echo $!; wait'], env, onLine }
  await expect(spawner.run(sleeping, controller.signal)).rejects.toThrow(/abort/)
  expect(pids).toHaveLength(1)
  for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false)
})

it('What runs when the spawner’s process is killed counts as not run, and the next one is run by another', async () => {
  const other = createProgramSpawner()
  const { lines } = await run(parentOf, undefined, other)
  const killed = run('kill -9 $PPID; exec sleep 1', undefined, other)
  expect((await killed).end.kind).toBe('not_run')
  const after = await run(parentOf, undefined, other)
  expect(after.end).toEqual({ kind: 'exited', code: 0 })
  expect(after.lines).not.toEqual(lines)
})

/** A process that has ended and that nobody has waited for yet is not running. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    return !/\) [ZX] /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
