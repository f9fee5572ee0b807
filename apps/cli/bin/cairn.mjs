#!/usr/bin/env node
/**
 * The program `cairn`. The only file that an old Node (18 or newer) has to understand: on Node 24 it goes on in this
 * process, else it hands over to the Node 24 that npm brought.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

function handOver() {
  const brought = join(root, 'node_modules', '.bin', 'node')
  if (!existsSync(brought)) {
    process.stderr.write(
      `cairn: Node 24 is needed and this is Node ${process.versions.node}. Install Node 24 or newer, or run ` +
        '`npm ci --include=optional` where Cairn lies: it brings Node 24 for Linux on x64 and arm64.\n',
    )
    process.exit(1)
  }
  const child = spawn(brought, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    process.exit(code ?? 1)
  })
}

if (Number(process.versions.node.split('.')[0]) < 24) handOver()
else {
  // Half of a start is stripping types and compiling what has not changed since the last one.
  nodeModule.enableCompileCache(join(root, 'node_modules', '.cache', 'cairn-cli'))
  const { main } = await import('../src/main.ts')
  process.exitCode = await main(process.argv.slice(2))
}
