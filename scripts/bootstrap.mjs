/**
 * Runs one of the project's scripts on the right Node with the right packages: `node scripts/bootstrap.mjs <script> …`.
 *
 * It is the only file that an old Node (18 or newer) has to understand. It installs the packages of package-lock.json
 * when they are not there or the lock file changed, finds Node 24 (brought by npm, else the one that runs), and hands
 * over to the script with the same arguments, streams and signals.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [script, ...args] = process.argv.slice(2)

function fail(message) {
  console.error(`cairn: ${message}`)
  process.exit(1)
}

function installPackages() {
  const stamp = join(root, 'node_modules', '.cairn-lock')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('cairn: installing packages (npm ci)')
  const npm = process.env.npm_execpath
  const command = npm ? [process.execPath, npm] : ['npm']
  const result = spawnSync(command[0], [...command.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) fail('npm ci failed; the lines above say why')
  writeFileSync(stamp, lock)
}

function findNode24() {
  const brought = join(root, 'node_modules', '.bin', 'node')
  if (existsSync(brought)) return brought
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  return fail(
    `Node 24 is needed and npm brings it only for Linux on x64 and arm64; this is Node ${process.versions.node} on ` +
      `${process.platform} ${process.arch}. Install Node 24 or newer and run the command again.`,
  )
}

if (script === undefined) fail('say which script to run, for example: node scripts/bootstrap.mjs scripts/check.ts')
installPackages()
const node = findNode24()
const child = spawn(node, [join(root, script), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal)
  process.exit(code ?? 1)
})
