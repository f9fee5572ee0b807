/**
 * What the whole of the unmodified reference client makes of the server. The run's result is checked in beside it, and
 * docs/compatibility.md is generated from there. After a change of what is served:
 * `CAIRN_WRITE_COMPATIBILITY=1 npm test -- --project e2e every-method`, then `npm run generate`.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from '../e2e/server-process.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../e2e/fixtures/echo-service')
const resultsFile = join(import.meta.dirname, 'results.json')

let server: ServerProcess
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cairn-every-method-'))
  server = await createServerProcess()
  await server.start()
})
afterAll(async () => {
  await server.dispose()
  await rm(scratch, { recursive: true, force: true })
})

it('answers every method and command of the reference client as docs/compatibility.md says', async () => {
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  const { stdout } = await run(python, [join(import.meta.dirname, 'every_method.py'), folder, scratch], {
    env: { PATH: process.env['PATH'], CAIRN_URL: server.baseUrl, PEAK_AUTH_TOKEN: server.token },
    maxBuffer: 16 * 1024 * 1024,
  })
  const { unknown, ...report } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { unknown: string[] }
  expect(unknown).toEqual([])
  if (process.env['CAIRN_WRITE_COMPATIBILITY'] !== undefined) {
    await writeFile(resultsFile, `${JSON.stringify(report, null, 2)}\n`)
  }
  expect(report).toEqual(JSON.parse(await readFile(resultsFile, 'utf8')))
})
