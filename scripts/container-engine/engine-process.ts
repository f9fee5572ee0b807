/**
 * An engine's daemon as a process of ours.
 *
 * Invariant: `pidFile` names the daemon for as long as it runs. A process is signalled only when its command line holds
 * the socket's path, so a number that meanwhile belongs to another process is never harmed.
 */
import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { answersPing } from '@cairn/driver-docker'
import type { EnginePaths } from './engine-paths.ts'

const readyWithinMs = 60_000
const stopWithinMs = 30_000
const pollMs = 100
const shownLogCharacters = 1_500

export interface Daemon {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Starts the daemon detached and resolves when it answers; throws with the end of its log when it does not. */
export async function startEngine(daemon: Daemon, paths: EnginePaths): Promise<void> {
  await mkdir(paths.data, { recursive: true })
  await mkdir(paths.run, { recursive: true, mode: 0o700 })
  await rm(paths.socket, { force: true })
  const log = await open(paths.log, 'w')
  try {
    const child = spawn(daemon.program, daemon.args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...daemon.env },
    })
    let ended: string | null = null
    child.once('error', (error) => (ended = error.message))
    child.once('exit', (code, signal) => (ended = `ended with ${code ?? signal}`))
    await writeFile(paths.pidFile, String(child.pid))
    await waitUntilReady(paths, () => ended)
    child.unref()
  } catch (error) {
    await stopEngine(paths)
    throw error
  } finally {
    await log.close()
  }
}

async function waitUntilReady(paths: EnginePaths, ended: () => string | null): Promise<void> {
  const signal = AbortSignal.timeout(readyWithinMs)
  while (!(await answersPing(`unix://${paths.socket}`, { signal }))) {
    const failure = ended() ?? (signal.aborted ? `did not answer within ${readyWithinMs / 1000} s` : null)
    if (failure !== null) {
      const log = (await readFile(paths.log, 'utf8')).slice(-shownLogCharacters)
      throw new Error(`the container engine ${failure}; the end of ${paths.log}:\n${log}`)
    }
    await delay(pollMs)
  }
}

/** Ends the daemon that {@link startEngine} started from this directory, in this process or an earlier one. False = none runs. */
export async function stopEngine(paths: EnginePaths): Promise<boolean> {
  const pid = await findEngine(paths)
  if (pid === null) return false
  process.kill(pid, 'SIGTERM')
  const deadline = Date.now() + stopWithinMs
  while ((await findEngine(paths)) !== null) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL')
    await delay(pollMs)
  }
  await rm(paths.pidFile, { force: true })
  return true
}

/** Process id of the running daemon, or null. */
export async function findEngine(paths: EnginePaths): Promise<number | null> {
  try {
    const pid = Number((await readFile(paths.pidFile, 'utf8')).trim())
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    return Number.isInteger(pid) && commandLine.includes(paths.socket) ? pid : null
  } catch {
    // No file, or no such process.
    return null
  }
}
