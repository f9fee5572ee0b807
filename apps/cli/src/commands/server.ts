import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CliError, exitCodes } from '../errors/cli-error.ts'
import { defineCommand } from '../grammar/command.ts'

const entry = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url))

/** Ends when the server has ended, with its exit code. Signals reach it. */
function runServer(): Promise<number> {
  const child = spawn(process.execPath, [entry], { stdio: 'inherit' })
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new CliError(exitCodes.failed, 'The server could not be started.', { cause }))
    })
    child.once('exit', (code) => resolve(code ?? exitCodes.failed))
  })
}

export const command = defineCommand({
  description: 'In the foreground, until Ctrl-C. Its settings are the variables of docs/config.md.',
  examples: ['cairn server'],
  run: async (_given, session) => session.endWith(await runServer()),
})
