/** Whether a Cairn server answers, and its parts. Needs no token. */
import { type Finding, failed, ok, warning } from './finding.ts'

const patienceMs = 5_000
const mostSkewMs = 30_000

export interface ServerFindings {
  readonly findings: readonly Finding[]
  /** False = nothing else can be asked. */
  readonly answers: boolean
}

const adviceOfPart: Readonly<Record<string, string>> = {
  database:
    'look at the log of the server; with CAIRN_DATABASE_URL see whether that PostgreSQL runs and takes connections',
  engine:
    'start Docker or Podman, or point CAIRN_DOCKER_HOST of the server at one; images, steps and services wait meanwhile',
  queue: 'look at the log of the server: the database answers, and its work queue cannot be read',
}

export async function checkServer(url: string): Promise<ServerFindings> {
  const startedAt = Date.now()
  const answer = await get(`${url}/healthz`)
  if (answer instanceof Error) {
    const start = 'start one with `npx cairn server`, or name another address by --url, CAIRN_URL or `cairn login`'
    return { findings: [failed('server', `nothing answers at ${url}: ${reasonOf(answer)}`, start)], answers: false }
  }
  if (!isAlive(answer.body)) {
    const advice = 'another program has the port: give Cairn another one by CAIRN_PORT, and clients by CAIRN_URL'
    return {
      findings: [failed('server', `what answers at ${url} is no Cairn (${answer.status})`, advice)],
      answers: false,
    }
  }
  const findings = [ok('server', `answers at ${url}`), checkClock(answer.headers.get('date'), startedAt)]
  const ready = await get(`${url}/readyz`)
  return { findings: [...findings, ...(ready instanceof Error ? [] : partsOf(ready.body))], answers: true }
}

interface Got {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

async function get(url: string): Promise<Got | Error> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs) })
    const body: unknown = await answer.json().catch(() => null)
    return { status: answer.status, headers: answer.headers, body }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: Error): string {
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error.name === 'TimeoutError' ? `no answer within ${patienceMs / 1000} s` : error.message
}

const isAlive = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && Reflect.get(body, 'status') === 'alive'

function checkClock(date: string | null, startedAt: number): Finding {
  const skewMs = Math.abs(Date.parse(date ?? '') - startedAt)
  if (Number.isNaN(skewMs) || skewMs <= mostSkewMs) return ok('clock', 'agrees with that of the server')
  const found = `${Math.round(skewMs / 1000)} s apart from that of the server`
  return warning('clock', found, 'set both by NTP: times of runs and of signed links will look wrong')
}

function partsOf(body: unknown): Finding[] {
  const checks: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'checks') : null
  if (typeof checks !== 'object' || checks === null) return []
  return Object.entries(checks).map(([part, state]) =>
    state === 'ready'
      ? ok(part, 'ready')
      : failed(part, String(state), adviceOfPart[part] ?? 'look at the log of the server'),
  )
}
