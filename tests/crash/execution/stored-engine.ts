/**
 * A container engine that outlives the processes that use it: its containers are rows of `fake_engine.workload`, beside
 * Cairn's tables but outside its transactions. Every start is kept in `fake_engine.start`, also after a removal, for the
 * invariants to count.
 *
 * One that is held is a row as well; its release is the update that makes it run.
 *
 * A command is `run <milliseconds> <exit code>`; it prints five lines at its start and leaves its name in `out.txt`.
 */
import { setTimeout as pause } from 'node:timers/promises'
import {
  type Call,
  DriverError,
  type EngineDriver,
  exitReason,
  type HeldSpec,
  type Observation,
  type Prepared,
  type WorkloadSpec,
} from '@cairn/driver'
import type { Pool } from 'pg'

export const storedEngineSchema = `
create schema fake_engine;
create table fake_engine.workload (
  name text primary key, execution_id text not null, tenant_id text not null,
  started_at timestamptz not null default clock_timestamp(), finish_at timestamptz not null, code integer not null,
  held boolean not null default false
);
create table fake_engine.start (
  name text not null, execution_id text not null, step text not null,
  started_at timestamptz not null default clock_timestamp(), finish_at timestamptz not null
);`

/** What a container prints. */
export const linesOf = (name: string): string[] => ['1', '2', '3', '4', '5'].map((number) => `${name} ${number}`)

interface Row {
  readonly name: string
  readonly execution_id: string
  readonly tenant_id: string
  readonly started_at: Date
  readonly finish_at: Date
  readonly code: number
  readonly ended: boolean
  /** It waits for its release; `finish_at` is then infinite. */
  readonly held: boolean
}

const select = 'select *, finish_at <= clock_timestamp() as ended from fake_engine.workload'
const pollMs = 15

function reads(pool: Pool) {
  const find = async (name: string): Promise<Row | null> => {
    const { rows } = await pool.query<Row>(`${select} where name = $1`, [name])
    return rows[0] ?? null
  }
  const required = async (name: string): Promise<Row> => {
    const row = await find(name)
    if (row === null) throw new DriverError('workload_not_found', `no workload ${name}`)
    return row
  }
  const untilEnded = async (name: string, call: Call): Promise<Row | null> => {
    for (let row = await find(name); ; row = await find(name)) {
      if (row === null || row.ended) return row
      await pause(pollMs, undefined, { signal: call.signal })
    }
  }
  return { find, required, untilEnded }
}

const unused = () => Promise.reject(new DriverError('unknown', 'not used by runs'))
const otherVerbs = {
  pushImage: unused,
  pullImage: unused,
  findPushed: unused,
  removePushed: unused,
  load: unused,
  listeningPorts: unused,
}

export function createStoredEngine(pool: Pool): EngineDriver {
  const { find, required, untilEnded } = reads(pool)
  return {
    kind: 'fake',
    preflight: unused,
    ensureNetwork: async () => undefined,
    removeNetwork: unused,
    prepare: (spec) => holdOnce(pool, spec),
    ensure: async (spec) => {
      await startOnce(pool, spec)
      return observe(await required(spec.name))
    },
    observe: async (name) => {
      const row = await find(name)
      return row === null ? null : observe(row)
    },
    list: async () => (await pool.query<Row>(select)).rows.map(observe),
    hints: async function* hints() {
      yield* []
    },
    wait: async (name, call) => {
      const row = await untilEnded(name, call)
      return row === null ? null : observe(row)
    },
    stop: async (name) => {
      await pool.query('delete from fake_engine.workload where name = $1 and held', [name])
      await pool.query(
        'update fake_engine.workload set finish_at = least(finish_at, clock_timestamp()) where name = $1',
        [name],
      )
    },
    freeze: unused,
    thaw: unused,
    remove: async (name) => {
      await pool.query('delete from fake_engine.workload where name = $1', [name])
    },
    logs: async function* logs(name, options, call) {
      const row = await required(name)
      const lines = linesOf(name).map((text) => ({ at: row.started_at, stream: 'stdout' as const, text }))
      const wanted = lines.filter((line) => options.since === null || line.at >= options.since)
      for (const line of wanted) yield [line]
      if (options.follow) await untilEnded(name, call)
    },
    readFile: async (name) => {
      await required(name)
      return { kind: 'content', bytes: new TextEncoder().encode(`${name}\n`) }
    },
    usage: async () => ({ writableBytes: 0 }),
    imageFiles: async function* imageFiles() {
      yield* []
    },
    listImages: unused,
    diskUsage: unused,
    diskSpace: async () => null,
    pruneBuildCache: unused,
    ...otherVerbs,
    inspectImage: unused,
    removeImage: unused,
  }
}

/** Atomic, as an engine's create is: of any number of callers one starts the process. */
async function startOnce(pool: Pool, spec: WorkloadSpec): Promise<void> {
  const [, durationMs, code] = (spec.command?.at(-1) ?? '').split(' ')
  await pool.query(
    `with made as (
      insert into fake_engine.workload (name, execution_id, tenant_id, finish_at, code)
      values ($1, $2, $3, clock_timestamp() + $4::float8 * interval '1 millisecond', $5)
      on conflict (name) do update
        set held = false, started_at = clock_timestamp(),
          finish_at = clock_timestamp() + $4::float8 * interval '1 millisecond', code = excluded.code
        where workload.held
      returning *
    )
    insert into fake_engine.start (name, execution_id, step, started_at, finish_at)
    select name, execution_id, $6, started_at, finish_at from made`,
    [spec.name, spec.owner.id, spec.owner.tenantId, Number(durationMs), Number(code), spec.env['CAIRN_STEP_NAME']],
  )
}

async function holdOnce(pool: Pool, { name, owner }: HeldSpec): Promise<Prepared> {
  await pool.query(
    `insert into fake_engine.workload (name, execution_id, tenant_id, finish_at, code, held)
     values ($1, $2, $3, 'infinity', 0, true) on conflict (name) do nothing`,
    [name, owner.id, owner.tenantId],
  )
  const { rows } = await pool.query<Row>(`${select} where name = $1`, [name])
  return { kind: rows[0]?.held === true ? 'held' : 'started' }
}

function observe(row: Row): Observation {
  if (row.held) return heldObservation(row)
  return {
    name: row.name,
    owner: { kind: 'step', id: row.execution_id, tenantId: row.tenant_id },
    phase: row.ended ? 'exited' : 'running',
    address: null,
    startedAt: row.started_at,
    finishedAt: row.ended ? row.finish_at : null,
    exit: row.ended ? { code: row.code, reason: exitReason(row.code, false), detail: null } : null,
  }
}

function heldObservation({ name, execution_id: id, tenant_id: tenantId }: Row): Observation {
  const owner = { kind: 'step', id, tenantId } as const
  return { name, owner, phase: 'created', address: null, startedAt: null, finishedAt: null, exit: null }
}
