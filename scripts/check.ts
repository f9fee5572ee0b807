/**
 * `npm run check`: everything that can be judged without a database or a container engine. Runs each gate, prints what
 * a failing one said and how long each took, and exits 1 when any failed.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

interface Gate {
  readonly name: string
  readonly argv: readonly string[]
}

const bin = (name: string): string => join('node_modules', '.bin', name)

const gates: readonly Gate[] = [
  { name: 'format', argv: [bin('biome'), 'format', '.'] },
  { name: 'lint', argv: [bin('oxlint'), '--deny-warnings'] },
  { name: 'types', argv: [process.execPath, join('node_modules', 'typescript-7', 'bin', 'tsc'), '-p', '.'] },
  {
    name: 'types of the dashboard',
    argv: [process.execPath, join('node_modules', 'typescript-7', 'bin', 'tsc'), '-p', 'apps/dashboard'],
  },
  {
    name: 'directions',
    argv: [bin('depcruise'), '--output-type', 'err', 'packages', 'apps', 'examples', 'tests', 'bench'],
  },
  { name: 'unused code', argv: [bin('knip')] },
  { name: 'generated docs', argv: [process.execPath, 'scripts/generate-docs.ts', '--check'] },
  { name: 'links of the docs', argv: [process.execPath, 'scripts/docs/check-links.ts'] },
  { name: 'pure tests', argv: [bin('vitest'), 'run', '--project', 'pure', '--reporter', 'dot'] },
]

function run(gate: Gate): Promise<{ passed: boolean; output: string; seconds: number }> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const [command = '', ...args] = gate.argv
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => resolve({ passed: false, output: error.message, seconds: 0 }))
    child.on('close', (code) =>
      resolve({
        passed: code === 0,
        output: Buffer.concat(chunks).toString(),
        seconds: (performance.now() - startedAt) / 1000,
      }),
    )
  })
}

let failed = 0
for (const gate of gates) {
  const result = await run(gate)
  console.log(`${result.passed ? 'ok    ' : 'FAILED'}  ${gate.name} (${result.seconds.toFixed(1)} s)`)
  if (!result.passed) {
    failed += 1
    console.log(result.output.trimEnd())
  }
}
console.log(failed === 0 ? 'check passed' : `check failed: ${failed} of ${gates.length} gates`)
process.exit(failed === 0 ? 0 : 1)
