import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * When the process with this id started, as an opaque text that no later process with the same id shares; null when no
 * such process lives (one that ended and waits to be reaped counts as dead).
 */
export async function processStart(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? linuxProcessStart(pid) : otherProcessStart(pid)
}

async function linuxProcessStart(pid: number): Promise<string | null> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ])
  if (stat === null) return null
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  if (state === 'Z' || state === 'X' || started === undefined) return null
  return `${boot.trim()}/${started}`
}

async function otherProcessStart(pid: number): Promise<string | null> {
  const listed = await run('ps', ['-o', 'state=,lstart=', '-p', String(pid)]).catch(() => null)
  if (listed === null) return null
  const line = listed.stdout.trim()
  return line === '' || line.startsWith('Z') ? null : line.slice(line.indexOf(' ')).trim()
}

/** Sends a signal; false when there is no such process. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}
