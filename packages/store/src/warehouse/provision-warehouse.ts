/**
 * A tenant's database and role on the warehouse server.
 *
 * Always true: one process at a time provisions (an advisory lock), and every step can be done again, so whatever
 * a crash leaves is completed by the next one. The row is written last, with the password that the role then has. A role
 * is handed out only when it may connect neither to Cairn's own database nor to another tenant's.
 */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { escapeIdentifier, escapeLiteral } from 'pg'
import type { Database, Tx } from '../database/database.ts'
import type { SecretCipher } from '../secrets/secret-cipher.ts'
import { scramVerifier } from './scram-verifier.ts'
import type { WarehouseServer } from './warehouse-server.ts'

export interface WarehouseLogin {
  readonly database: string
  readonly user: string
  readonly password: string
}

/** The warehouse cannot be made or may not be used; the message is for the user, who asks the operator. */
export class WarehouseRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'WarehouseRefused'
  }
}

export interface ProvisionParts {
  readonly database: Database
  readonly cipher: SecretCipher
  readonly server: WarehouseServer
  /** True when the server serves nothing but Cairn, so that every database of it can be closed to tenants. */
  readonly ownsServer: boolean
  readonly onWarning: (message: string) => void
}

/** Connections of one role, over all processes. */
const mostConnections = 24

const closingTries = 10

/** No secret has such a name, so a sealed password never opens as a secret's value. */
const passwordPlace = (tenantId: string) => ({ tenantId, name: 'password of the warehouse' })

/** The login as stored; null = there is none, or its password cannot be opened with the keys of this server. */
export async function readWarehouseLogin(parts: ProvisionParts, tenantId: string): Promise<WarehouseLogin | null> {
  const row = await parts.database.db
    .selectFrom('warehouse')
    .select(['database_name as database', 'role_name as user', 'sealed', 'key_id as keyId'])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
  if (row === undefined) return null
  try {
    return { database: row.database, user: row.user, password: parts.cipher.open(row, passwordPlace(tenantId)) }
  } catch {
    return null
  }
}

/**
 * Makes or completes the tenant's database and role, with a new password.
 *
 * @param name of both; a pure function of the tenant
 * @param stale the login that did not work; another that was stored meanwhile is answered as it is
 * @throws WarehouseRefused when the server does not let it
 */
export async function provisionWarehouse(
  parts: ProvisionParts,
  tenantId: string,
  name: string,
  stale: WarehouseLogin | null,
): Promise<WarehouseLogin> {
  return parts.database.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('warehouse', 0))`.execute(tx)
    const known = await readWarehouseLogin(parts, tenantId)
    if (known !== null && known.password !== stale?.password) return known
    const login = { database: name, user: name, password: randomBytes(32).toString('base64url') }
    await makeRole(parts.server, login)
    await makeDatabase(parts.server, login)
    await closeOtherDatabases(parts, tx, login)
    const { sealed, keyId } = parts.cipher.seal(login.password, passwordPlace(tenantId))
    const row = { database_name: name, role_name: name, sealed, key_id: keyId, updated_at: new Date() }
    await tx
      .insertInto('warehouse')
      .values({ tenant_id: tenantId, ...row })
      .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(row))
      .execute()
    return login
  })
}

const refuse = (what: string) => (cause: unknown) => {
  const words = cause instanceof Error ? cause.message : String(cause)
  throw new WarehouseRefused(`${what}: ${words}; an operator can name another server by CAIRN_WAREHOUSE_URL`, { cause })
}

async function makeRole(server: WarehouseServer, login: WarehouseLogin): Promise<void> {
  const role = escapeIdentifier(login.user)
  const password = escapeLiteral(await scramVerifier(login.password))
  const attributes = `login nosuperuser nocreatedb nocreaterole connection limit ${mostConnections} password ${password}`
  const [known] = await server.query('select from pg_roles where rolname = $1', [login.user])
  await server
    .query(`${known === undefined ? 'create' : 'alter'} role ${role} ${attributes}`)
    .catch(refuse('the role of the warehouse cannot be made'))
  const [admin] = await server.query<{ rolsuper: boolean }>(
    'select rolsuper from pg_roles where rolname = current_user',
  )
  const isSuperuser = admin?.rolsuper === true
  // Who is no superuser ends the sessions of a role only as a member of it.
  if (!isSuperuser) await server.query(`grant ${role} to current_user`).catch(() => undefined)
  for (const setting of [
    "statement_timeout = '24h'",
    "idle_in_transaction_session_timeout = '10min'",
    "idle_session_timeout = '1h'",
    ...(isSuperuser ? ["temp_file_limit = '64GB'"] : []),
  ]) {
    await server.query(`alter role ${role} set ${setting}`).catch(refuse('the role of the warehouse cannot be set up'))
  }
}

/** The administrator owns the database: an owner could let others in. */
async function makeDatabase(server: WarehouseServer, login: WarehouseLogin): Promise<void> {
  const database = escapeIdentifier(login.database)
  const role = escapeIdentifier(login.user)
  const [known] = await server.query('select from pg_database where datname = $1', [login.database])
  if (known === undefined) {
    await server
      .query(`create database ${database} template template0 encoding 'UTF8'`)
      .catch(refuse('the database of the warehouse cannot be made'))
  }
  await server.query(`revoke all on database ${database} from public`)
  await server.query(`grant connect, create, temporary on database ${database} to ${role}`)
  await server.runIn(login.database, `grant usage, create on schema public to ${role}`)
}

async function closeOtherDatabases(parts: ProvisionParts, tx: Tx, login: WarehouseLogin): Promise<void> {
  const { server, ownsServer, onWarning } = parts
  const own = await ownDatabaseOn(server, tx)
  const mustBeClosed = (name: string): boolean => ownsServer || name === own || name.startsWith('cairn_')
  let problem = ''
  for (let tries = 0; tries < closingTries; tries += 1) {
    const open = await openDatabases(server, login)
    if (!open.some(mustBeClosed)) {
      if (open.length > 0) {
        onWarning(`tenants of warehouses may connect to ${open.join(', ')}: revoke connect on them from public`)
      }
      return
    }
    for (const name of open.filter(mustBeClosed)) {
      await server.query(`revoke connect on database ${escapeIdentifier(name)} from public`).catch((error: unknown) => {
        // It may just have been removed, or be closed by another process at this moment.
        problem = error instanceof Error ? error.message : String(error)
      })
    }
  }
  refuse('the role of the warehouse may connect to databases that are not its own')(problem)
}

/** Databases beside its own that the role may connect to. */
async function openDatabases(server: WarehouseServer, login: WarehouseLogin): Promise<string[]> {
  const rows = await server.query<{ datname: string }>(
    `select datname from pg_database
     where datallowconn and datname <> $1 and has_database_privilege($2::name, oid, 'CONNECT') order by datname`,
    [login.database, login.user],
  )
  return rows.map(({ datname }) => datname)
}

/** Name of Cairn's own database when it is on this server; the moment of its start tells servers apart. */
async function ownDatabaseOn(server: WarehouseServer, tx: Tx): Promise<string | null> {
  const startOf = `select pg_postmaster_start_time()::text as started`
  const { rows } = await sql<{ started: string; name: string }>`
    select pg_postmaster_start_time()::text as started, current_database() as name`.execute(tx)
  const [there] = await server.query<{ started: string }>(startOf)
  const [here] = rows
  return here !== undefined && here.started === there?.started ? here.name : null
}
