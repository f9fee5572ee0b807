/** Constant load by Debian's `wrk`, which goes on until it is told to stop and then tells what failed. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { canInstallPackages, installPackages } from '../../../scripts/container-engine/install-packages.ts'
import { findProgram } from '../../../scripts/container-engine/run-command.ts'

/** What came of the requests. All but `requests` are failures, by kind. */
export interface LoadReport {
  readonly requests: number
  readonly connect: number
  readonly read: number
  readonly write: number
  readonly timeout: number
  /** Answers with a status of 400 or more. */
  readonly status: number
}

export interface Load {
  /** Ends the load when the requests under way have ended. */
  stop(): Promise<LoadReport>
}

/** Longer than any use of it, in which `stop` comes first; for a caller that dies. */
const longestSeconds = 900
/** An answer that takes longer counts as a time-out. */
const timeoutSeconds = 10

async function ensureWrk(): Promise<void> {
  if ((await findProgram('wrk')) !== null) return
  if (!(await canInstallPackages())) {
    throw new Error('wrk is missing and cannot be installed here; install it, or run this as root on Debian')
  }
  await installPackages(['wrk'], () => undefined)
}

/** Requests to a service by its host name, as many at a time as there are connections. */
export async function startLoad(target: {
  readonly baseUrl: string
  readonly host: string
  readonly token: string
  readonly connections: number
}): Promise<Load> {
  await ensureWrk()
  const headers = [`Host: ${target.host}`, `Authorization: ${target.token}`].flatMap((header) => ['-H', header])
  const shape = ['-t1', `-c${target.connections}`, `-d${longestSeconds}s`, '--timeout', `${timeoutSeconds}s`]
  const script = join(import.meta.dirname, 'report.lua')
  const wrk = spawn('wrk', [...shape, '-s', script, ...headers, `${target.baseUrl}/`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = Promise.all([text(wrk.stdout), text(wrk.stderr)])
  return {
    async stop() {
      wrk.kill('SIGINT')
      const [output, complaints] = await printed
      const report = output.split('\n').find((line) => line.startsWith('{'))
      if (report === undefined) throw new Error(`wrk told nothing: ${output}${complaints}`)
      return JSON.parse(report) as LoadReport
    },
  }
}
