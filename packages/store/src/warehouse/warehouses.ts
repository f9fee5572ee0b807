import { warehouseName } from '@cairn/domain'
import type { Database } from '../database/database.ts'
import type { SecretCipher } from '../secrets/secret-cipher.ts'
import { openSession, type WarehouseSession } from './open-session.ts'
import { type ProvisionParts, provisionWarehouse, readWarehouseLogin, WarehouseRefused } from './provision-warehouse.ts'
import { type WarehouseBackend, WarehouseServer } from './warehouse-server.ts'

export interface WarehousesOptions {
  readonly database: Database
  readonly cipher: SecretCipher
  readonly installationId: string
  /** An administrator's address of the server that warehouses are on. */
  readonly serverUrl: string
  /** True when the server serves nothing but Cairn, so that every database of it can be closed to tenants. */
  readonly ownsServer: boolean
  readonly onWarning: (message: string) => void
}

export type WarehouseOpening =
  | { readonly kind: 'open'; readonly session: WarehouseSession; readonly backend: WarehouseBackend }
  | { readonly kind: 'away'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** The warehouses of all tenants: a database and a role for each, on one server. */
export interface Warehouses {
  /**
   * A new session as the tenant's role in the tenant's database; both are made when they are missing. The caller closes it.
   *
   * @param applicationName shown to every role of the server
   */
  readonly open: (tenantId: string, applicationName: string) => Promise<WarehouseOpening>
  /** Asks the session's running statement to end. */
  readonly cancel: (backend: WarehouseBackend) => Promise<void>
  /** Ends a session; resolves when it is verified gone. Rejects when `signal` aborts or the server does not answer. */
  readonly end: (backend: WarehouseBackend, signal: AbortSignal) => Promise<void>
  readonly close: () => Promise<void>
}

export function openWarehouses(options: WarehousesOptions): Warehouses {
  const server = new WarehouseServer(options.serverUrl, (error) => options.onWarning(String(error)))
  const parts: ProvisionParts = { ...options, server }
  return {
    open: async (tenantId, applicationName) => {
      try {
        return await openTenantSession(parts, options.installationId, tenantId, applicationName)
      } catch (error) {
        if (error instanceof WarehouseRefused) return { kind: 'refused', reason: error.message }
        return { kind: 'away', reason: error instanceof Error ? error.message : String(error) }
      }
    },
    cancel: (backend) => server.cancel(backend),
    end: (backend, signal) => server.end(backend, signal),
    close: () => server.close(),
  }
}

async function openTenantSession(
  parts: ProvisionParts,
  installationId: string,
  tenantId: string,
  applicationName: string,
): Promise<WarehouseOpening> {
  const name = warehouseName(installationId, tenantId)
  let login = (await readWarehouseLogin(parts, tenantId)) ?? (await provisionWarehouse(parts, tenantId, name, null))
  for (let isFresh = false; ; isFresh = true) {
    const opened = await openSession(parts.server.urlFor(login), applicationName)
    if (opened.kind === 'away') return opened
    if (opened.kind === 'open') {
      const backend = await parts.server.findBackend(opened.session.pid, login.user)
      if (backend !== null) return { kind: 'open', session: opened.session, backend }
      opened.session.close()
      return { kind: 'away', reason: 'the session ended at once' }
    }
    if (isFresh) return { kind: 'away', reason: 'the server refuses the role that was just made' }
    login = await provisionWarehouse(parts, tenantId, name, login)
  }
}
