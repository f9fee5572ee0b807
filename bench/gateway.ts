/**
 * The gateway beside nginx as a reverse proxy, in front of the same upstream (nginx, 1 KB). Rounds alternate. Each proxy
 * is one process on one core; the upstream and wrk share another. Needs root on Debian for its nginx and wrk, which are
 * installed when they are not there.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Place } from './place.ts'
import { medianOf } from './summary.ts'

const secondsEach = 3
const connections = 64

interface Load {
  readonly requestsPerSecond: number
  readonly p50Us: number
  readonly p99Us: number
  readonly errors: number
}

const report = `done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"us":%d,"p50":%d,"p99":%d,"errors":%d}\\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`

const nginxConfig = (port: number, server: string, http = ''): string => `daemon off; worker_processes 1; pid nginx.pid;
error_log stderr crit;
events { worker_connections 2048; }
http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
uwsgi_temp_path uwsgi; scgi_temp_path scgi; keepalive_requests 1000000000; ${http}
server { listen 127.0.0.1:${port}; ${server} } }
`

/** On one core, where the machine has two and `taskset`. */
function onCore(core: number, command: readonly string[]): [string, string[]] {
  const [program = '', ...rest] = cpus().length < 2 ? command : ['taskset', '-c', String(core), ...command]
  return [program, rest]
}

export async function measureGateway(place: Place): Promise<unknown> {
  installPrograms()
  const children: ChildProcess[] = []
  try {
    const directory = await place.directory()
    const script = join(directory, 'report.lua')
    await writeFile(script, report)
    const [upstream, nginx] = [await place.freePort(), await place.freePort()]
    children.push(
      await startNginx(
        join(directory, 'upstream'),
        { port: upstream, core: 1 },
        nginxConfig(upstream, `location / { default_type text/plain; return 200 '${'x'.repeat(1024)}'; }`),
      ),
      await startNginx(join(directory, 'proxy'), { port: nginx, core: 0 }, proxyConfig(nginx, upstream)),
    )
    const gateway = spawn(
      ...onCore(0, [process.execPath, join(import.meta.dirname, 'contenders/gateway.ts'), String(upstream)]),
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    children.push(gateway)
    const [line] = (await once(createInterface(gateway.stdout), 'line')) as [string]
    return await race(place.rounds, script, { direct: upstream, nginx, cairn: Number(line) })
  } finally {
    for (const child of children) child.kill('SIGTERM')
    await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'exit') : Promise.resolve())))
  }
}

const proxyConfig = (port: number, upstream: number): string =>
  nginxConfig(
    port,
    `location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $host; }`,
    `upstream app { server 127.0.0.1:${upstream}; keepalive ${connections}; keepalive_requests 1000000000; }`,
  )

async function race(rounds: number, script: string, ports: Readonly<Record<'direct' | 'nginx' | 'cairn', number>>) {
  const names = ['direct', 'nginx', 'cairn'] as const
  const busy = { direct: [] as Load[], nginx: [] as Load[], cairn: [] as Load[] }
  const alone = { direct: [] as Load[], nginx: [] as Load[], cairn: [] as Load[] }
  for (const name of names) await load(script, ports[name], connections)
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) busy[name].push(await load(script, ports[name], connections))
    for (const name of names) alone[name].push(await load(script, ports[name], 1))
  }
  const throughput = (name: keyof typeof busy) => medianOf(busy[name].map((one) => one.requestsPerSecond))
  const added = (name: keyof typeof alone, which: 'p50Us' | 'p99Us') =>
    medianOf(alone[name].map((one, round) => one[which] - (alone.direct[round]?.[which] ?? 0)))
  const of = (name: keyof typeof busy) => ({
    requestsPerSecond: Math.round(throughput(name)),
    addedP50Us: added(name, 'p50Us'),
    addedP99Us: added(name, 'p99Us'),
    busyP99Us: medianOf(busy[name].map((one) => one.p99Us)),
    errors: [...busy[name], ...alone[name]].reduce((sum, one) => sum + one.errors, 0),
  })
  const ratios = busy.cairn.map((one, round) => one.requestsPerSecond / (busy.nginx[round]?.requestsPerSecond ?? 0))
  return {
    connections,
    rounds,
    secondsEach,
    direct: of('direct'),
    nginx: of('nginx'),
    cairn: of('cairn'),
    throughputOfNginx: medianOf(ratios),
    addedP50OfNginx: added('cairn', 'p50Us') / added('nginx', 'p50Us'),
  }
}

async function load(script: string, port: number, count: number): Promise<Load> {
  const command = ['wrk', '-t1', `-c${count}`, `-d${secondsEach}s`, '-s', script, '-H', 'Host: app.localhost']
  const wrk = spawn(...onCore(1, [...command, `http://127.0.0.1:${port}/`]), { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = ''
  for await (const line of createInterface(wrk.stdout)) last = line.startsWith('{') ? line : last
  const { requests, us, p50, p99, errors } = JSON.parse(last) as Record<string, number>
  return {
    requestsPerSecond: ((requests ?? 0) / (us ?? 1)) * 1e6,
    p50Us: p50 ?? Number.NaN,
    p99Us: p99 ?? Number.NaN,
    errors: errors ?? 0,
  }
}

async function startNginx(
  directory: string,
  { port, core }: { readonly port: number; readonly core: number },
  config: string,
): Promise<ChildProcess> {
  await mkdir(directory)
  await writeFile(join(directory, 'nginx.conf'), config)
  const child = spawn(...onCore(core, ['nginx', '-p', directory, '-c', join(directory, 'nginx.conf')]), {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  for (;;) {
    if (child.exitCode !== null) throw new Error('nginx did not start')
    const socket = connect({ host: '127.0.0.1', port })
    const isUp = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isUp) return child
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function installPrograms(): void {
  try {
    execFileSync('which', ['nginx', 'wrk'], { stdio: 'ignore' })
  } catch {
    console.error("installing Debian's nginx and wrk")
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' })
    // Its service is not started: the bench starts its own.
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    execFileSync('apt-get', ['install', '-y', '-qq', 'nginx-light', 'wrk'], { stdio: 'ignore', env: environment })
  }
}
