/**
 * `npm run soak -- [runs] [seed]`: random runs under random kills of two servers, their container engine and PostgreSQL,
 * all of its own. Prints the result as JSON; exits with 1 when a run did not end, an invariant is broken or a container is
 * left. 1,000 runs and a random seed by default. After a SIGTERM it starts no more runs and tells of those that it has
 * started. Needs root and dockerd.
 */
import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { soak } from '../tests/crash/faults/soak.ts'

const mostLive = Math.max(6 * availableParallelism(), 12)
/** A killed container engine is back after some seconds, and what it ran is run again. */
const betweenKills = { least: 2000, most: 12_000 }
const settleMs = 240_000

const runs = Number(process.argv[2] ?? 1000)
const seed = Number(process.argv[3] ?? randomInt(2 ** 31))
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  console.error('usage: npm run soak -- [runs] [seed]')
  process.exit(2)
}
console.error(`${runs} runs, seed ${seed}`)
const interrupted = new AbortController()
process.once('SIGTERM', () => interrupted.abort())
const result = await soak({ runs, seed, mostLive, betweenKills, settleMs, signal: interrupted.signal })
if (result === null) {
  console.error('soak needs dockerd, and root to start one of its own')
  process.exit(2)
}
console.log(JSON.stringify(result, null, 2))
process.exit(Object.keys(result.findings).length > 0 || 'unfinished' in result.ends ? 1 : 0)
