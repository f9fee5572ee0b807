/** Ctrl-C while a server takes its time, and what is told meanwhile. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const program = join(import.meta.dirname, '../bin/cairn.mjs')

it.each([
  ['reads', ['workflows', 'list']],
  ['writes', ['workflows', 'pause', '7']],
  ['follows', ['workflows', 'logs', '7', '01a21cb6-abd2-7435-b071-f2794005f002', '-f']],
])('ends a command that %s, with the exit code of an interrupt', async (_what, args) => {
  // It takes the request and never answers.
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${String(Object(server.address()).port)}`
  const child = spawn(process.execPath, [program, ...args, '--url', url], {
    env: { HOME: import.meta.dirname, CAIRN_TOKEN: 'x' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  await once(server, 'request')
  child.kill('SIGINT')
  const [code]: unknown[] = await once(child, 'exit')
  server.closeAllConnections()
  server.close()
  expect([code, stderr]).toEqual([130, expect.stringContaining('cairn: Interrupted.')])
})

it('says that the server of a log that is followed does not answer', async () => {
  const server = createServer((request) => request.socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${String(Object(server.address()).port)}`
  const args = ['images', 'get-build-logs', '--image-id', '7', '--build-id', '8', '--follow', '--url', url]
  const child = spawn(process.execPath, [program, ...args], {
    env: { HOME: import.meta.dirname, CAIRN_TOKEN: 'x' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    const isTold = stderr.includes('does not answer')
    stderr += chunk.toString()
    // Once: who presses it again ends the program at once.
    if (!isTold && stderr.includes('does not answer')) child.kill('SIGINT')
  })
  const [code]: unknown[] = await once(child, 'close')
  server.close()
  expect([code, stderr]).toEqual([130, expect.stringMatching(/^cairn: the server does not answer[^]*Interrupted/)])
})
