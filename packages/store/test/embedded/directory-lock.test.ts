import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DirectoryInUseError, lockDirectory } from '../../src/embedded/directory-lock.ts'
import { processStart } from '../../src/embedded/process-identity.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-lock-'))
})
afterEach(() => rm(directory, { recursive: true }))

const claims = (): Promise<string[]> => readdir(join(directory, 'lock'))

async function leaveClaim(content: string): Promise<void> {
  await mkdir(join(directory, 'lock'))
  await writeFile(join(directory, 'lock', 'left.json'), content)
}

const claimOf = (pid: number, start: string): string =>
  JSON.stringify({ pid, processStart: start, host: 'here', since: '2026-01-01T00:00:00Z' })

/** No process has it: above the largest id that Linux gives. */
const deadPid = 2 ** 22 + 1

test('a lock that was given back can be taken again', async () => {
  for (let round = 0; round < 3; round += 1) {
    const unlock = await lockDirectory(directory)
    await unlock()
  }
  expect(await claims()).toEqual([])
})

test('a lock that is held is refused, naming the process', async () => {
  const unlock = await lockDirectory(directory)
  await expect(lockDirectory(directory)).rejects.toThrow(`is in use by process ${process.pid} `)
  await unlock()
})

test('the lock of a dead process is taken over', async () => {
  await leaveClaim(claimOf(deadPid, 'long ago'))
  const unlock = await lockDirectory(directory)
  expect(await claims()).toHaveLength(1)
  await unlock()
})

test('the lock of a dead process is taken over although its process id is in use again', async () => {
  await leaveClaim(claimOf(process.pid, 'long ago'))
  const unlock = await lockDirectory(directory)
  expect(await claims()).toHaveLength(1)
  await unlock()
})

test.each(['', '{', 'null', '[]', '{"pid":"1"}'])('a claim that was cut off to "%s" is nobody\'s', async (content) => {
  await leaveClaim(content)
  const unlock = await lockDirectory(directory)
  await expect(lockDirectory(directory)).rejects.toThrow(`process ${process.pid} `)
  await unlock()
})

test('of many contenders at once no two hold the lock', async () => {
  let holders = 0
  let most = 0
  const contend = async (): Promise<void> => {
    const unlock = await lockDirectory(directory)
    holders += 1
    most = Math.max(most, holders)
    await readdir(directory)
    holders -= 1
    await unlock()
  }
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, contend))
  expect(most).toBeLessThanOrEqual(1)
  const refusals: unknown[] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(refusals.filter((refusal) => !(refusal instanceof DirectoryInUseError))).toEqual([])
})

test('a process has one start time, and an id that no process has has none', async () => {
  expect(await processStart(process.pid)).toBe(await processStart(process.pid))
  expect(await processStart(deadPid)).toBeNull()
})
