/** DBOS as a contender: its library in this process, on the PostgreSQL database that it is given. */
import { DBOS } from '@dbos-inc/dbos-sdk'
import { Agent, request } from 'undici'
import { answerOrders, inTurns, timesOf } from '../contenders/answer-orders.ts'

const { databaseUrl } = JSON.parse(process.argv[2])
const agent = new Agent({ connections: 256, pipelining: 1 })

async function call(url) {
  const { body } = await request(url, { dispatcher: agent })
  return body.text()
}

const chain = DBOS.registerWorkflow(
  async (steps, url) => {
    for (let index = 0; index < steps; index += 1) await DBOS.runStep(() => call(url), { name: `s${index}` })
  },
  { name: 'chain' },
)

const silent = { info: () => {}, debug: () => {}, warn: () => {}, error: console.error }
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: databaseUrl, systemDatabasePoolSize: 20, logger: silent })
await DBOS.launch()

async function run({ steps, url }) {
  const handle = await DBOS.startWorkflow(chain)(steps, url)
  await handle.getResult()
}

answerOrders(
  {
    latencies: (order) => timesOf(order.runs, () => run(order)),
    throughput: (order) => inTurns(order.runs, order.concurrent, () => run(order)),
  },
  async () => {
    await DBOS.shutdown()
    await agent.close()
  },
)
