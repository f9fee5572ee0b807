/** A Podman of its own for the tests: storage, networks and socket in a temporary directory. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pipeline } from 'node:stream/promises'
import { createEngineClient } from '../src/engine-client.ts'
import { parseEngineHost } from '../src/engine-host.ts'
import { answersPing } from '../src/index.ts'
import { runProgram } from '../src/build/run-program.ts'
import { baseImage } from './open-engine.ts'

export interface Podman {
  readonly dockerHost: string
  stop(): Promise<void>
}

const program = '/usr/bin/podman'
const patienceMs = 120_000
const call = () => ({ signal: AbortSignal.timeout(patienceMs) })

/** Why the suite cannot run against Podman here, or null. */
export async function podmanMissing(): Promise<string | null> {
  try {
    await access(program)
    return process.getuid?.() === 0 ? null : 'the tests of Podman need root'
  } catch {
    return 'podman is not installed'
  }
}

export async function startPodman(dockerHost: string): Promise<Podman> {
  const directory = await mkdtemp(join(tmpdir(), 'cairn-podman-'))
  const socket = join(directory, 'podman.sock')
  const configFile = join(directory, 'containers.conf')
  await writeFile(configFile, configuration(directory))
  const storage = ['--root', join(directory, 'storage'), '--runroot', join(directory, 'run')]
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: directory, CONTAINERS_CONF: configFile }
  const child = spawn(program, [...storage, 'system', 'service', '--time=0', `unix://${socket}`], {
    env,
    stdio: 'ignore',
  })
  const podman = `unix://${socket}`
  const stop = async (): Promise<void> => {
    await runProgram(
      { program, args: [...storage, 'rm', '--all', '--force'], env, onLine: () => undefined },
      call().signal,
    )
    await runProgram(
      { program, args: [...storage, 'system', 'reset', '--force'], env, onLine: () => undefined },
      call().signal,
    )
    await end(child)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await waitFor(podman, child)
    await copyImage(dockerHost, podman, join(directory, 'image.tar'))
    return { dockerHost: podman, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Its usual runtime refuses control groups of version 1 beside version 2, and its usual limits need CAP_SYS_RESOURCE. */
const configuration = (directory: string): string => `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=8192:8192"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
tmp_dir = "${directory}/tmp"
[network]
network_backend = "netavark"
network_config_dir = "${directory}/networks"
`

async function waitFor(podman: string, child: ChildProcess): Promise<void> {
  const bounded = call()
  while (!(await answersPing(podman, bounded))) {
    if (child.exitCode !== null) throw new Error(`podman system service ended with ${child.exitCode}`)
    bounded.signal.throwIfAborted()
    await delay(100)
  }
}

/** Copies the base image from the engine that has it, since registries may be out of reach. */
async function copyImage(from: string, to: string, file: string): Promise<void> {
  const source = createEngineClient(parseEngineHost(from))
  const target = createEngineClient(parseEngineHost(to))
  const saved = await source.stream({ method: 'GET', path: `/images/${baseImage}/get` }, call())
  await pipeline(saved, createWriteStream(file))
  await target.request({ method: 'POST', path: '/images/load', upload: createReadStream(file) }, call())
  await rm(file)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
