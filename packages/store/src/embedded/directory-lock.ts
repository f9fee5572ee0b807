/**
 * One process at a time owns a directory. Each contender first puts its own claim (a file named after it, complete from
 * the moment it can be seen) into `lock/`, and only then looks for the claims of others. So of any two contenders at
 * least one sees the other, and two can never both go on. Claims of dead processes are removed by whoever sees them;
 * the start time beside the process id tells a dead holder from a later process with its id.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { processStart } from './process-identity.ts'

interface Claim {
  readonly pid: number
  readonly processStart: string
  readonly host: string
  readonly since: string
}

/** The directory belongs to another live process. */
export class DirectoryInUseError extends Error {
  readonly pid: number

  constructor(directory: string, claim: Claim) {
    super(
      `the data directory ${directory} is in use by process ${claim.pid} on ${claim.host} since ${claim.since}: stop that process first, or choose another directory`,
    )
    this.name = 'DirectoryInUseError'
    this.pid = claim.pid
  }
}

/** How often a claim is tried; more than once so that of two processes that start together one goes on. */
const tries = 4

/**
 * Takes the directory for this process.
 *
 * @returns the way to give it back
 * @throws DirectoryInUseError naming the process that has it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const claims = join(directory, 'lock')
  await mkdir(claims, { recursive: true, mode: 0o700 })
  for (let attempt = 1; ; attempt += 1) {
    const own = await placeClaim(claims)
    const other = await liveClaimBeside(claims, own)
    if (other === null) return () => rm(join(claims, own), { force: true })
    await rm(join(claims, own), { force: true })
    if (attempt === tries) throw new DirectoryInUseError(directory, other)
    await pause(20 + Math.random() * 80)
  }
}

async function placeClaim(claims: string): Promise<string> {
  const start = await processStart(process.pid)
  const claim: Claim = {
    pid: process.pid,
    processStart: start ?? 'unknown',
    host: hostname(),
    since: new Date().toISOString(),
  }
  const id = randomUUID()
  const unfinished = join(claims, `${id}.new`)
  await writeFile(unfinished, JSON.stringify(claim), { mode: 0o600, flag: 'wx' })
  await rename(unfinished, join(claims, `${id}.json`))
  return `${id}.json`
}

async function liveClaimBeside(claims: string, own: string): Promise<Claim | null> {
  for (const file of await readdir(claims)) {
    if (file === own || !file.endsWith('.json')) continue
    const claim = await readClaim(join(claims, file))
    if (claim === null) continue
    if ((await processStart(claim.pid)) === claim.processStart) return claim
    await rm(join(claims, file), { force: true })
  }
  return null
}

async function readClaim(path: string): Promise<Claim | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  const value: unknown = parseJson(text)
  return isClaim(value) ? value : null
}

/** A file that a power cut left empty is nobody's claim. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isClaim(value: unknown): value is Claim {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'processStart' in value &&
    typeof value.processStart === 'string'
  )
}
