/**
 * The gateway beside nginx as a reverse proxy, in front of the same upstream (nginx): answers of 1 KB and of 64 KB, and
 * requests with a body of 1 KB. Rounds alternate. Each proxy
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

const report = `if os.getenv('POST') == '1' then
  wrk.method = 'POST'
  wrk.body = string.rep('x', 1024)
end
done = function(summary, latency, requests)
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

const upstreamServer = `default_type text/plain; set $block '${'x'.repeat(4000)}';
location / { return 200 '${'x'.repeat(1024)}'; } location /large { return 200 '${'$block'.repeat(16)}'; }`

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
      await startNginx(join(directory, 'upstream'), { port: upstream, core: 1 }, nginxConfig(upstream, upstreamServer)),
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

const kinds = {
  small: { path: '/', isPost: false, connections },
  large: { path: '/large', isPost: false, connections },
  post: { path: '/', isPost: true, connections },
  alone: { path: '/', isPost: false, connections: 1 },
} as const
type Kind = keyof typeof kinds
const names = ['direct', 'nginx', 'cairn'] as const
type Name = (typeof names)[number]

async function race(rounds: number, script: string, ports: Readonly<Record<Name, number>>) {
  const loads: { readonly name: Name; readonly kind: Kind; readonly load: Load }[] = []
  for (const name of names) await load(script, ports[name], 'small')
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of Object.keys(kinds) as Kind[]) {
      for (const name of names) loads.push({ name, kind, load: await load(script, ports[name], kind) })
    }
  }
  const all = (name: Name, kind: Kind): Load[] =>
    loads.filter((one) => one.name === name && one.kind === kind).map((one) => one.load)
  const rate = (name: Name, kind: Kind): number =>
    Math.round(medianOf(all(name, kind).map((one) => one.requestsPerSecond)))
  const added = (name: Name, which: 'p50Us' | 'p99Us'): number =>
    medianOf(all(name, 'alone').map((one, round) => one[which] - (all('direct', 'alone')[round]?.[which] ?? 0)))
  const ofNginx = (kind: Kind): number =>
    medianOf(
      all('cairn', kind).map(
        (one, round) => one.requestsPerSecond / (all('nginx', kind)[round]?.requestsPerSecond ?? 0),
      ),
    )
  const of = (name: Name) => ({
    requestsPerSecond: { small: rate(name, 'small'), large: rate(name, 'large'), post: rate(name, 'post') },
    addedP50Us: added(name, 'p50Us'),
    addedP99Us: added(name, 'p99Us'),
    busyP99Us: medianOf(all(name, 'small').map((one) => one.p99Us)),
    errors: loads.filter((one) => one.name === name).reduce((sum, one) => sum + one.load.errors, 0),
  })
  return {
    connections,
    rounds,
    secondsEach,
    direct: of('direct'),
    nginx: of('nginx'),
    cairn: of('cairn'),
    throughputOfNginx: { small: ofNginx('small'), large: ofNginx('large'), post: ofNginx('post') },
    addedP50OfNginx: added('cairn', 'p50Us') / added('nginx', 'p50Us'),
  }
}

async function load(script: string, port: number, kind: Kind): Promise<Load> {
  const { path, isPost, connections: count } = kinds[kind]
  const command = ['wrk', '-t1', `-c${count}`, `-d${secondsEach}s`, '-s', script, '-H', 'Host: app.localhost']
  const wrk = spawn(...onCore(1, [...command, `http://127.0.0.1:${port}${path}`]), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, POST: isPost ? '1' : '0' },
  })
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
