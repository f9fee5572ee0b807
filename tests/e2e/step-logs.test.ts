/** Logs of steps on the whole server: as they come, whole, kept, and without holding them in memory. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { containersOf, createServerProcess, type ServerProcess } from './server-process.ts'

const lineCount = 100_000
/** With its line break. */
const lineBytes = 1000
/** The idle server needs about half of it: a server that held the flood's text would die. */
const heapMegabytes = 160
const mostGrowthBytes = 256 * 1024 * 1024

let server: ServerProcess
let imageId: number

beforeAll(async () => {
  server = await createServerProcess({ NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` })
  await server.start()
  const dockerfile = { source: 'dockerfile' as const, dockerfile: 'FROM debian:bookworm-slim\n' }
  const created = await server.client.images.createImage({ name: 'base', type: 'workflow', buildDetails: dockerfile })
  imageId = created.imageId
  await server.client.images.waitForBuild(created.imageId, created.buildId)
})
afterAll(() => server.dispose())

/** Starts a run of one step. */
async function run(name: string, command: string) {
  const { workflows } = server.client
  const { id } = await workflows.createWorkflow({ name, steps: { print: { imageId, command } } })
  const { executionId } = await workflows.executeWorkflow(id)
  const wait = () => workflows.waitForExecution(id, executionId)
  const follow = () => workflows.followExecutionLogs(id, executionId, { stepName: 'print' })
  const file = async () => (await workflows.downloadExecutionLogs(id, executionId, { stepName: 'print' })).stream
  return { id, executionId, wait, follow, file }
}

/** The largest resident size of the server's process so far, in bytes. */
async function peakMemory(): Promise<number> {
  const status = await readFile(`/proc/${server.pid()}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

it('A line is there while its step still runs', async () => {
  const { id, executionId, follow, wait } = await run('early', 'echo first; exec sleep 600')
  for await (const { message } of follow()) {
    expect(message).toBe('first')
    break
  }
  const details = await server.client.workflows.getExecutionDetails(id, executionId)
  expect(details.steps).toMatchObject([{ status: 'Running' }])
  await server.client.workflows.stopExecution(id, executionId)
  await wait()
})

it('Carriage returns and colours are kept, long lines come in pieces, and all outlives the container', async () => {
  const long = 300_000
  const { file, follow, wait } = await run(
    'odd',
    String.raw`printf '10%%\r20%%\r\033[32mgreen\033[0m\n'; head -c ${long} /dev/zero | tr '\0' x; echo; printf 'no break'`,
  )
  await wait()
  await eventually(async () => expect(await containersOf(server, 'step')).toEqual([]))
  const messages: string[] = []
  for await (const { message } of follow()) messages.push(message)
  const pieces = ['x'.repeat(256 * 1024), 'x'.repeat(long - 256 * 1024)]
  expect(messages).toEqual(['10%\r20%\r\u001B[32mgreen\u001B[0m', ...pieces, 'no break'])
  expect(await new Response(await file()).text()).toBe(messages.map((message) => `${message}\n`).join(''))
})

it('A hundred megabytes are followed and kept to the last byte, and not held in memory', async () => {
  const before = await peakMemory()
  const { file, follow, wait } = await run('flood', `seq -f '%0${lineBytes - 1}.0f' 1 ${lineCount}`)
  let expected = 1
  for await (const { message } of follow()) {
    if (Number(message) !== expected) throw new Error(`line ${expected} is "${message}"`)
    expected += 1
  }
  expect(expected - 1).toBe(lineCount)
  expect((await wait()).status).toBe('Success')
  const kept = createHash('sha256')
  let keptBytes = 0
  for await (const chunk of await file()) {
    kept.update(chunk)
    keptBytes += chunk.length
  }
  expect([keptBytes, kept.digest('hex')]).toEqual([lineCount * lineBytes, hashOfFlood()])
  expect((await peakMemory()) - before).toBeLessThan(mostGrowthBytes)
})

function hashOfFlood(): string {
  const hash = createHash('sha256')
  for (let line = 1; line <= lineCount; line += 1) hash.update(`${String(line).padStart(lineBytes - 1, '0')}\n`)
  return hash.digest('hex')
}
