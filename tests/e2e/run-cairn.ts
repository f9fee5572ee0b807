/** The program `cairn` as a user's shell starts it, in a process of its own. */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

export const cairnProgram = resolve('apps/cli/bin/cairn.mjs')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CairnPlace {
  /** Working directory and home. */
  readonly folder: string
  readonly server: { readonly baseUrl: string; readonly token: string }
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
}

export function runCairn(args: readonly string[], { folder, server, env, stdin }: CairnPlace): Promise<Ended> {
  const child = spawn(process.execPath, [cairnProgram, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
      CAIRN_URL: server.baseUrl,
      CAIRN_TOKEN: server.token,
      ...env,
    },
  })
  child.stdin.end(stdin)
  const parts = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (parts.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (parts.stderr += chunk.toString()))
  return new Promise((done) => child.once('close', (code) => done({ code, ...parts })))
}
