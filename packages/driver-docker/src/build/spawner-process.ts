/**
 * The process of a program spawner: runs programs for the process that it was forked from, and hands back their lines.
 *
 * Always true: what it runs ends when it is told so, and when the other process is gone, however that ended; then it ends
 * too. Signals of a terminal are meant for the other one, which tells it what is to end.
 */
import { runProgram } from './run-program.ts'
import { isSpawnerRequest, type SentRun, type SpawnerAnswer } from './spawner-messages.ts'

/** Lines that come this close to each other travel together. */
const gatherMs = 5

const running = new Map<number, AbortController>()

function tell(answer: SpawnerAnswer): void {
  // The other process may be gone; `disconnect` says so.
  if (process.connected) process.send?.(answer, undefined, undefined, () => undefined)
}

async function run(id: number, sent: SentRun): Promise<void> {
  const controller = new AbortController()
  running.set(id, controller)
  let lines: string[] = []
  let timer: NodeJS.Timeout | null = null
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (lines.length > 0) tell({ kind: 'lines', id, lines })
    lines = []
  }
  const onLine = (line: string): void => {
    lines.push(line)
    timer ??= setTimeout(flush, gatherMs)
  }
  const end = await runProgram({ ...sent, onLine }, controller.signal).catch((error: unknown) => ({
    kind: 'not_run' as const,
    error: error instanceof Error ? error : new Error(String(error)),
  }))
  running.delete(id)
  flush()
  tell({ kind: 'ended', id, end })
}

process.on('message', (message) => {
  if (!isSpawnerRequest(message)) return
  if (message.kind === 'run') void run(message.id, message.run)
  else running.get(message.id)?.abort()
})
process.on('disconnect', () => {
  for (const controller of running.values()) controller.abort()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
