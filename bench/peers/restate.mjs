/**
 * Restate as a contender: a service of its SDK and the client that calls it in this process, its server in another, which
 * this process starts on the directory that it is given and ends.
 */
import { spawn } from 'node:child_process'
import { createServer } from 'node:http2'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { endpoint, service } from '@restatedev/restate-sdk'
import { Agent, request } from 'undici'
import { answerOrders, inTurns, timesOf } from '../contenders/answer-orders.ts'

const { directory, ports } = JSON.parse(process.argv[2])
const agent = new Agent({ connections: 1024, pipelining: 1 })

async function call(url) {
  const { body } = await request(url, { dispatcher: agent })
  return body.text()
}

const bench = service({
  name: 'Bench',
  handlers: {
    chain: async (context, { steps, url }) => {
      for (let index = 0; index < steps; index += 1) await context.run(`s${index}`, () => call(url))
    },
  },
})

function startServer() {
  const require = createRequire(import.meta.url)
  const program = require.resolve(`@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`)
  return spawn(program, ['--no-logo'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'ignore'],
    env: {
      PATH: process.env.PATH,
      RESTATE_BASE_DIR: directory,
      RESTATE_NODE_NAME: 'bench',
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_DISABLE_TELEMETRY: 'true',
      // Its default is 24, at which it is slower on few cores.
      RESTATE_DEFAULT_NUM_PARTITIONS: String(availableParallelism()),
      RESTATE_BIND_ADDRESS: `127.0.0.1:${ports.node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${ports.node}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${ports.admin}`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ports.ingress}`,
    },
  })
}

async function untilRegistered() {
  const deadline = performance.now() + 60_000
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${ports.admin}/deployments`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ uri: `http://127.0.0.1:${ports.service}` }),
      })
      if (answer.ok) return
      throw new Error(`restate: ${answer.status} ${await answer.text()}`)
    } catch (error) {
      if (performance.now() > deadline || server.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function run({ steps, url }) {
  const { statusCode, body } = await request(`http://127.0.0.1:${ports.ingress}/Bench/chain`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ steps, url }),
  })
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`restate: ${statusCode} ${text}`)
}

const handler = endpoint()
  .setLogger(() => {})
  .bind(bench)
  .http2Handler()
await new Promise((resolve) => createServer(handler).listen(ports.service, '127.0.0.1', resolve))
const server = startServer()
const ended = new Promise((resolve) => server.on('exit', resolve))
process.on('exit', () => server.kill('SIGKILL'))
await untilRegistered()

answerOrders(
  {
    latencies: (order) => timesOf(order.runs, () => run(order)),
    throughput: (order) => inTurns(order.runs, order.concurrent, () => run(order)),
  },
  async () => {
    server.kill('SIGKILL')
    await ended
  },
)
