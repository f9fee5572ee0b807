/** Shows stdout in the user's pager. */
import { spawn } from 'node:child_process'
import type { Streams } from './output.ts'

export interface Pager {
  readonly streams: Streams
  /** Resolves when the user has left the pager. */
  readonly close: () => Promise<void>
}

/** @param command the program and its arguments, divided by blanks; no shell sees it. */
export function openPager(command: string, streams: Streams): Pager {
  if (!streams.stdout.isTerminal) return { streams, close: () => Promise.resolve() }
  const [program = 'less', ...args] = command.split(/\s+/)
  const child = spawn(program, args.length === 0 && program === 'less' ? ['-R', '-F', '-X'] : args, {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  let isOpen = true
  const left = new Promise<void>((resolve) => {
    const end = (): void => {
      isOpen = false
      resolve()
    }
    child.once('close', end)
    child.once('error', () => {
      streams.stderr.write(`cairn: ${program} could not be started; set PAGER to a pager that is there\n`)
      end()
    })
  })
  // Leaving the pager early is no error.
  child.stdin.on('error', () => undefined)
  const write = (text: string): void => {
    if (isOpen) child.stdin.write(text)
  }
  return {
    streams: { ...streams, stdout: { ...streams.stdout, write } },
    close: () => {
      child.stdin.end()
      return left
    },
  }
}
