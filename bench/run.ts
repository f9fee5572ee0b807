/**
 * `npm run bench`: measures Cairn beside its peers, scenario by scenario, each pair in one run. Prints JSON and writes it
 * to `bench/results/<scenario>.json`. `npm run bench -- --only <scenario>` runs one; `--list` names them; `--rounds <n>` says
 * how often peers alternate. Sends traffic to the loopback interface only; what it starts it ends and removes, also when it fails or is interrupted.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureBuildCost } from './build-cost.ts'
import { measureChainLatency } from './chain-latency.ts'
import { measureCommandLineStart } from './command-line-start.ts'
import { measureContainers } from './container-latency.ts'
import { measureDashboard } from './dashboard/dashboard.ts'
import { measureGateway } from './gateway.ts'
import { measureHeldStarts } from './held-starts.ts'
import { measureHttpThroughput } from './http-throughput.ts'
import { Place } from './place.ts'
import { measureQueueBacklog } from './queue-backlog.ts'
import { measureRunThroughput } from './run-throughput.ts'
import { measureServerStart } from './server-start.ts'
import { measureStepGrowth, measureStoredRuns } from './step-growth.ts'
import { measureTriggerLatency } from './trigger-latency.ts'
import { measureUploadMemory } from './upload-memory.ts'
import { measureWake } from './wake.ts'

/** Each measures by itself, on what it starts at its place. */
const scenarios: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  start: measureServerStart,
  command: measureCommandLineStart,
  containers: measureContainers,
  build: measureBuildCost,
  held: measureHeldStarts,
  api: measureHttpThroughput,
  chain: measureChainLatency,
  throughput: measureRunThroughput,
  backlog: measureQueueBacklog,
  growth: measureStepGrowth,
  stored: measureStoredRuns,
  gateway: measureGateway,
  trigger: measureTriggerLatency,
  uploads: measureUploadMemory,
  wake: measureWake,
  dashboard: measureDashboard,
}

const names = Object.keys(scenarios)
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    list: { type: 'boolean' },
    rounds: { type: 'string', default: '5' },
  },
})
const chosen = options.only ?? names
const unknown = chosen.find((name) => !names.includes(name))
if (options.list === true || unknown !== undefined) {
  console.error(unknown === undefined ? names.join('\n') : `no scenario "${unknown}"; there are ${names.join(', ')}`)
  process.exit(unknown === undefined ? 0 : 2)
}

let interrupted = false
let current: Place | null = null
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true
    void current?.close().finally(() => process.exit(1))
  })
}

const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}
for (const name of chosen) {
  const place = new Place(Number(options.rounds))
  current = place
  console.error(`${name}…`)
  try {
    const result = {
      scenario: name,
      measuredAt: new Date().toISOString(),
      machine,
      result: await scenarios[name]?.(place),
    }
    await mkdir('bench/results', { recursive: true })
    await writeFile(`bench/results/${name}.json`, `${JSON.stringify(result, null, 2)}\n`)
    console.log(JSON.stringify(result, null, 2))
  } catch (error) {
    // What an interruption pulls away fails; the handler of the signal ends the process.
    if (!interrupted) throw error
  } finally {
    await place.close()
  }
}
