import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Kept of a command's output for the message when it fails. */
const keptCharacters = 2_000

/** Runs a program to its end; throws with the end of its output when that is not 0. */
export async function runCommand(
  program: string,
  args: readonly string[],
  extraEnv: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...extraEnv } })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-keptCharacters)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output.trim()}`)
}

/** The program's path, or null when PATH (and the places of administrators' programs) have none. */
export async function findProgram(name: string): Promise<string | null> {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin']
  for (const directory of directories.filter((each) => each.startsWith('/'))) {
    try {
      await access(join(directory, name), constants.X_OK)
      return join(directory, name)
    } catch {
      // Not here.
    }
  }
  return null
}

export const isRoot = (): boolean => process.getuid?.() === 0
