import { describe, expect, it } from 'vitest'
import { maxLogLineBytes } from '../log-pieces.ts'
import { call, errorCode } from './call.ts'
import type { ConformanceOptions, SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

/** How far the two streams may be stamped out of order; the port tells callers to go back by this much. */
const resumeMarginMs = 1_000
/** A reader that holds more of a 20 MB log than this at once does not stream it. */
const mostBatchBytes = 4 * 1024 * 1024

export function describeLogs(suiteOf: SuiteOf, options: ConformanceOptions): void {
  describe('logs', () => {
    it('gives the lines of both streams, each in its order, with times', async () => {
      const { run, readLines } = suiteOf()
      const { name, observation, stdout, stderr } = await run(scripts.twoStreams)
      expect(stdout).toEqual(['out one', 'out two'])
      expect(stderr).toEqual(['err one', 'err two'])
      const lines = await readLines(name)
      const isOne = lines.map(({ text }) => text.endsWith('one'))
      expect(isOne).toEqual([true, true, false, false])
      for (const { at } of lines) {
        expect(at.getTime()).toBeGreaterThanOrEqual((observation.startedAt?.getTime() ?? Number.NaN) - 1_000)
        expect(at.getTime()).toBeLessThanOrEqual((observation.finishedAt?.getTime() ?? Number.NaN) + 1_000)
      }
    })

    it('follows a log while the workload runs and ends with it', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.speakLater), call())
      const seen: string[] = []
      const phases: unknown[] = []
      for await (const batch of driver.logs(name, { since: null, follow: true }, call())) {
        seen.push(...batch.map(({ text }) => text))
        phases.push((await driver.observe(name, call()))?.phase)
      }
      expect(seen).toEqual(['one', 'two'])
      expect(phases[0]).toBe('running')
      expect(await driver.observe(name, call())).toMatchObject({ phase: 'exited' })
    })

    it('begins at the given time, inclusive', async () => {
      const { run, readLines } = suiteOf()
      const { name } = await run(scripts.threeMoments)
      const all = await readLines(name)
      const since = all[1]?.at ?? new Date(0)
      expect(await readLines(name, since)).toEqual(all.filter(({ at }) => at >= since))
      expect(await readLines(name, new Date((all.at(-1)?.at.getTime() ?? 0) + 1))).toEqual([])
    })

    it('resumes from a time without loss or doubles, wherever the reader was cut off', async () => {
      const { run, readLines } = suiteOf()
      const { name } = await run(scripts.manyLines)
      const all = await readLines(name)
      expect(all).toHaveLength(3_000)
      for (const stored of [1, 2, 1_499, 2_999].map((count) => all.slice(0, count))) {
        const newest = Math.max(...stored.map(({ at }) => at.getTime()))
        const since = new Date(newest - resumeMarginMs)
        const skip = stored.filter(({ at }) => at >= since).length
        expect((await readLines(name, since)).slice(skip)).toEqual(all.slice(stored.length))
      }
    })

    it('keeps carriage returns and colours, and replaces bytes that are not text', async () => {
      const { stdout } = await suiteOf().run(scripts.garbage)
      expect(stdout).toEqual(['\uFFFD\uFFFD a\r\u001B[31mred\u001B[0m'])
    })

    it('cuts a line over 256 KiB into pieces', async () => {
      const { stdout } = await suiteOf().run(scripts.longLine)
      expect(stdout.at(-1)).toBe('after')
      const pieces = stdout.slice(0, -1)
      expect(pieces.length).toBeGreaterThan(1)
      for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(maxLogLineBytes)
      expect(pieces.join('')).toBe('x'.repeat(600_000))
    })

    it('gives a last line that has no line feed', async () => {
      const { stdout } = await suiteOf().run(scripts.noLineFeed)
      expect(stdout).toEqual(['no line feed'])
    })

    it.skipIf(!options.runsPrograms)('streams 20 MB without holding them', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.twentyMegabytes), call())
      let bytes = 0
      let largestBatch = 0
      for await (const batch of driver.logs(name, { since: null, follow: true }, call())) {
        const batchBytes = batch.reduce((sum, { text }) => sum + text.length, 0)
        bytes += batchBytes
        largestBatch = Math.max(largestBatch, batchBytes)
      }
      expect(bytes).toBe(20_000_000)
      expect(largestBatch).toBeLessThan(mostBatchBytes)
    })

    it('gives no batch for a workload that printed nothing', async () => {
      const { run, readLines } = suiteOf()
      const { name } = await run(scripts.succeed)
      expect(await readLines(name)).toEqual([])
    })

    it('refuses the log of an absent workload', async () => {
      const { readLines } = suiteOf()
      expect(await errorCode(readLines('cairn-absent'))).toBe('workload_not_found')
    })

    it('never takes a broken connection for the end: it reads on or says unavailable', async () => {
      const { driver, engine, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.speakLater), call())
      const seen: string[] = []
      const follow = async (): Promise<void> => {
        for await (const batch of driver.logs(name, { since: null, follow: true }, call())) {
          seen.push(...batch.map(({ text }) => text))
          if (seen.length === 1) engine.dropConnections()
        }
      }
      const code = await errorCode(follow())
      expect(['unavailable after one', 'no error after one,two']).toContain(`${code} after ${seen.join(',')}`)
    })

    it('says timeout when the caller stops following', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.runUntilStopped), call())
      const controller = new AbortController()
      const follow = async (): Promise<void> => {
        const batches = driver.logs(name, { since: null, follow: true }, { signal: controller.signal })
        for await (const batch of batches) if (batch.length > 0) controller.abort()
      }
      expect(await errorCode(follow())).toBe('timeout')
    })
  })
}
