import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readPostmasterFile } from './postmaster-file.ts'
import { processStart, signalProcess } from './process-identity.ts'

const run = promisify(execFile)

/** Signals in turn, each with the time it gets. SIGINT is PostgreSQL's fast shutdown: all that was committed is kept. */
const stopSignals: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 30_000],
  ['SIGQUIT', 10_000],
  ['SIGKILL', 10_000],
]

/**
 * Ends whatever an earlier owner of the directory left running in the cluster, and removes a pid file that speaks of no
 * server of this cluster (PostgreSQL would refuse to start when its process id is in use by something else). The caller
 * owns the directory, so nobody else can be using the server.
 */
export async function stopOrphans(cluster: string, log: (line: string) => void): Promise<void> {
  const file = await readPostmasterFile(cluster)
  if (file === null) return
  if (await worksIn(file.pid, cluster)) {
    log(`PostgreSQL ${file.pid} was left running by a server that ended abruptly; stopping it`)
    await stopProcess(file.pid)
  }
  await waitForBackends(cluster)
  await rm(join(cluster, 'postmaster.pid'), { force: true })
}

/** Ends one process and waits until it is gone. */
export async function stopProcess(pid: number): Promise<void> {
  const start = await processStart(pid)
  const alive = async (): Promise<boolean> => start !== null && (await processStart(pid)) === start
  for (const [signal, patienceMs] of stopSignals) {
    if (!(await alive()) || !signalProcess(pid, signal)) return
    const deadline = performance.now() + patienceMs
    while (performance.now() < deadline) {
      if (!(await alive())) return
      await pause(10)
    }
  }
  throw new Error(`PostgreSQL ${pid} does not end, not even by SIGKILL: end it by hand and start again`)
}

/**
 * Every process of a server has its cluster as working directory, and the first one has it on its command line. Root in
 * a container often may not see the working directories of others; what is then overlooked here PostgreSQL itself
 * refuses to start beside.
 */
async function worksIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const directory = await readlink(`/proc/${pid}/cwd`).catch(() => null)
    if (directory !== null) return directory === cluster
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return command.split('\0').includes(cluster)
  }
  const listed = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => null)
  return listed !== null && listed.stdout.includes(cluster)
}

/**
 * The processes of a server whose postmaster was killed end by themselves within moments; a new server must not start
 * before, and with the pid file gone it could no longer tell.
 */
async function waitForBackends(cluster: string): Promise<void> {
  if (process.platform !== 'linux') return
  const deadline = performance.now() + 30_000
  for (;;) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
    const working = await Promise.all(pids.map(async (pid) => ((await worksIn(pid, cluster)) ? [pid] : [])))
    const left = working.flat()
    if (left.length === 0) return
    if (performance.now() > deadline) {
      throw new Error(`processes ${left.join(', ')} still work in ${cluster}: end them and start again`)
    }
    await pause(20)
  }
}
