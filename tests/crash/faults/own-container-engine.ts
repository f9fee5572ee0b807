/**
 * A container engine of this test alone, which may therefore be killed. It never touches the network of another Docker on
 * the machine: it has a namespace of its own, and in it a `docker0` of its own; or it is given a bridge. (With no bridge at
 * all it would remove the `docker0` that it finds.)
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ensureBaseImage } from '../../../scripts/container-engine/ensure-base-image.ts'
import { enginePaths } from '../../../scripts/container-engine/engine-paths.ts'
import { findEngine, startEngine, stopEngine } from '../../../scripts/container-engine/engine-process.ts'
import { findProgram, runCommand } from '../../../scripts/container-engine/run-command.ts'
import { chooseStateDirectory } from '../../../scripts/state-directory.ts'

export interface OwnContainerEngine {
  readonly dockerHost: string
  /** SIGKILL to the daemon, then a new one on the same directory. It ends the containers that it finds running. */
  killAndStart(): Promise<void>
  /** Ends the daemon and removes all that it has. */
  dispose(): Promise<void>
}

const addressPool = 'base=10.213.0.0/16,size=24'
const bridgeAddress = '10.214.0.1/24'

export interface OwnEngineOptions {
  /** Size of a disk in memory that is all the engine has; null = it shares that of the machine. */
  readonly diskBytes: number | null
  /** A bridge in the network of the machine, whose loopback addresses it then reaches; null = a network of its own. */
  readonly bridge: string | null
}

/** Starts `dockerd` with `debian:bookworm-slim`; null = this machine has none, or not for this user. */
export async function startOwnContainerEngine({
  diskBytes,
  bridge,
}: OwnEngineOptions): Promise<OwnContainerEngine | null> {
  const program = await findProgram('dockerd')
  if (program === null || process.getuid?.() !== 0) return null
  const directory = await mkdtemp(join(tmpdir(), 'cairn-own-'))
  const paths = enginePaths(directory)
  const args = [
    `--host=unix://${paths.socket}`,
    `--data-root=${paths.data}`,
    `--exec-root=${paths.run}/exec`,
    `--pidfile=${paths.run}/dockerd.pid`,
    `--default-address-pool=${addressPool}`,
    '--iptables=false',
    '--ip6tables=false',
  ]
  const daemon =
    bridge === null
      ? { program: 'unshare', args: ['--net', '--', program, ...args, `--bip=${bridgeAddress}`], env: {} }
      : { program, args: [...args, `--bridge=${bridge}`], env: {} }
  const dockerHost = `unix://${paths.socket}`
  const dispose = async (): Promise<void> => {
    await stopEngine(paths)
    await endProcessesOf(directory)
    // Each start after a kill has mounted the directory over itself once more.
    while (await isMounted(paths.data)) await runCommand('umount', [paths.data])
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    if (diskBytes !== null) await mountSmallDisk(paths.data, diskBytes)
    await startEngine(daemon, paths)
    const stateDirectory = await chooseStateDirectory(process.cwd())
    await ensureBaseImage({ dockerHost, stateDirectory, say: () => undefined })
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    dockerHost,
    killAndStart: async () => {
      const pid = await findEngine(paths)
      if (pid !== null) process.kill(pid, 'SIGKILL')
      while ((await findEngine(paths)) !== null) await pause(20)
      // Its containerd dies with it, but where nobody reaps it, it looks alive to the next one by this number.
      await rm(`${paths.run}/exec/containerd/containerd.pid`, { force: true })
      await rm(`${paths.run}/dockerd.pid`, { force: true })
      await startEngine(daemon, paths)
    },
    dispose,
  }
}

async function mountSmallDisk(path: string, bytes: number): Promise<void> {
  await mkdir(path, { recursive: true })
  await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0711`, 'tmpfs', path])
}

/** A daemon that was killed leaves the shims of the containers that it ran, which no later one knows. */
async function endProcessesOf(directory: string): Promise<void> {
  for (;;) {
    const pids = await pidsThatName(directory)
    if (pids.length === 0) return
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended meanwhile.
      }
    }
    await pause(20)
  }
}

async function pidsThatName(directory: string): Promise<number[]> {
  const pids: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^[1-9][0-9]*$/.test(name)) continue
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (command.includes(`${directory}/`)) pids.push(Number(name))
  }
  return pids
}

async function isMounted(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mounts', 'utf8')
  return mounts.split('\n').some((line) => line.split(' ')[1] === path)
}
