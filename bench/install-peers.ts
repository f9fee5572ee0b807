import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const directory = join(import.meta.dirname, 'peers')
const stamp = join(directory, 'node_modules', '.cairn-lock')

/** Installs the packages of bench/peers by its lock file, unless they are there. They run no scripts of their own. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const lock = createHash('sha256')
    .update(await readFile(join(directory, 'package-lock.json')))
    .digest('hex')
  if ((await readFile(stamp, 'utf8').catch(() => null)) === lock) return
  say('installing the peers (npm ci in bench/peers)')
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  await writeFile(stamp, lock)
}

async function npm(args: readonly string[]): Promise<void> {
  const script = process.env['npm_execpath']
  const [command, ...first] = script === undefined ? ['npm'] : [process.execPath, script]
  const child = spawn(command, [...first, ...args], { cwd: directory, stdio: ['ignore', 2, 2] })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', resolve)
  })
  if (code !== 0) throw new Error(`npm ci in bench/peers ended with ${code}; the lines above say why`)
}
