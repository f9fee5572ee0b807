/** graphile-worker as a contender: its library in this process, on the PostgreSQL database that it is given. */
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { Agent, request } from 'undici'
import { answerOrders } from '../contenders/answer-orders.ts'

const { databaseUrl } = JSON.parse(process.argv[2])
const agent = new Agent({ connections: 16, pipelining: 1 })
const logger = new Logger(() => () => {})
const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger })
await utils.migrate()
let worker = null

async function call({ url }) {
  const { body } = await request(url, { dispatcher: agent })
  await body.text()
}

const jobsEach = 10_000
const addJobs = `
select count(*) from graphile_worker.add_jobs(array(
  select json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', 'call', 'payload', $1::json))
  from generate_series(1, $2)))`

/** Adds what is missing until so many jobs wait. */
async function fill({ count, url }) {
  await utils.withPgClient(async (client) => {
    const { rows } = await client.query('select count(*)::integer as waiting from graphile_worker._private_jobs')
    for (let missing = count - rows[0].waiting; missing > 0; missing -= jobsEach) {
      await client.query(addJobs, [JSON.stringify({ url }), Math.min(missing, jobsEach)])
    }
    await client.query('analyze')
  })
}

/** Takes one job at a time. */
async function open() {
  worker = await run({
    connectionString: databaseUrl,
    logger,
    concurrency: 1,
    noHandleSignals: true,
    taskList: { call },
  })
}

async function shut() {
  await worker?.stop()
  worker = null
}

answerOrders({ fill, open, shut }, async () => {
  await shut()
  await utils.release()
  await agent.close()
})
