import { readdir, readFile } from 'node:fs/promises'

/** Of Linux on every machine that Node runs on. */
const ticksPerSecond = 100

/**
 * Milliseconds of processor time that these processes and their descendants have used. Steadier on a shared
 * machine than the time that passed. NaN where there is no /proc.
 */
export async function cpuMsOf(pids: readonly number[]): Promise<number> {
  const names = await readdir('/proc').catch(() => [])
  if (names.length === 0) return Number.NaN
  const read = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readProcess))
  const processes = read.filter((found) => found !== null)
  const counted = new Set(pids)
  let before = 0
  while (counted.size > before) {
    before = counted.size
    for (const { pid, parent } of processes) if (counted.has(parent)) counted.add(pid)
  }
  const ticks = processes.filter(({ pid }) => counted.has(pid)).reduce((sum, found) => sum + found.ticks, 0)
  return (ticks / ticksPerSecond) * 1000
}

interface Usage {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
}

/**
 * Fields of proc(5), after the name in parentheses: state, parent, …, from the 12th the user and system time of the
 * process, and both of its children that have ended.
 */
async function readProcess(name: string): Promise<Usage | null> {
  const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { pid: Number(name), parent: Number(fields[1]), ticks }
}
