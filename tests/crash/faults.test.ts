/** Random runs while servers, the container engine and PostgreSQL are killed; `npm run soak` does the same for longer. */
import { randomInt } from 'node:crypto'
import { expect, it } from 'vitest'
import { soak } from './faults/soak.ts'

const seed = Number(process.env['CAIRN_CRASH_SEED'] ?? randomInt(2 ** 31))

it('every run ends whatever is killed, no invariant is broken and no container is left', async (context) => {
  const betweenKills = { least: 400, most: 2900 }
  const { signal } = new AbortController()
  const result = await soak({ runs: 15, seed, mostLive: 15, betweenKills, signal, settleMs: 100_000 })
  if (result === null) return context.skip('no dockerd that this user may start')
  expect(result.findings, `seed ${seed}`).toEqual({})
  expect(Object.keys(result.ends), `seed ${seed}`).not.toContain('unfinished')
  return expect(Math.min(...Object.values(result.kills)), `seed ${seed}`).toBeGreaterThan(0)
})
