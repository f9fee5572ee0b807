/**
 * `npm test`: sets up what the tests need on a fresh machine, runs every test, and prints `N passed, N failed` from the
 * runner's own report as its last line. Arguments go to the runner, for example `npm test -- --project database`.
 *
 * Containers, networks and images that the tests leave behind fail the run.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBaseImage } from './container-engine/ensure-base-image.ts'
import { ensureContainerEngine } from './container-engine/ensure-container-engine.ts'
import { listOwnedObjects } from './container-engine/list-owned-objects.ts'
import { ensureReferenceClient } from './ensure-reference-client.ts'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly success: boolean
}

const say = (line: string): void => console.log(line)

function runVitest(reportFile: string, dockerHost: string, python: string): Promise<number> {
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ]
  const child = spawn(join('node_modules', '.bin', 'vitest'), args, {
    stdio: 'inherit',
    env: { ...process.env, CAIRN_DOCKER_HOST: dockerHost, CAIRN_TEST_PYTHON: python },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

const stateDirectory = join(process.cwd(), '.cairn')
const engine = await ensureContainerEngine({ stateDirectory, say })
const directory = await mkdtemp(join(tmpdir(), 'cairn-tests-'))
let exitCode = 1
try {
  await ensureBaseImage({ dockerHost: engine.dockerHost, stateDirectory, say })
  const python = await ensureReferenceClient({ stateDirectory, say })
  const before = new Set(await listOwnedObjects(engine.dockerHost))
  const reportFile = join(directory, 'report.json')
  exitCode = await runVitest(reportFile, engine.dockerHost, python)
  const report: Report = JSON.parse(await readFile(reportFile, 'utf8'))
  const left = (await listOwnedObjects(engine.dockerHost)).filter((object) => !before.has(object))
  for (const object of left) say(`left behind by a test: ${object}`)
  if (left.length > 0 || !report.success) exitCode = exitCode || 1
  const failed = report.numFailedTests + (left.length > 0 ? 1 : 0)
  const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : ''
  say(`${report.numPassedTests} passed, ${failed} failed${skipped}`)
} finally {
  await rm(directory, { recursive: true, force: true })
  if (engine.started) await engine.stop()
}
process.exit(exitCode)
