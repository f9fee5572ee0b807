import { randomBytes } from 'node:crypto'
import { openWarehouses, type Warehouses } from '@cairn/store'
import { Client } from 'pg'
import type { TestDatabase } from './create-test-database.ts'
import { openTestCipher } from './open-test-cipher.ts'
import { testServerUrl } from './test-server.ts'

export interface TestWarehouses {
  readonly warehouses: Warehouses
  /** What operators are warned of. */
  readonly warnings: readonly string[]
  /** Ends every session, and removes the databases and roles that were made. */
  readonly drop: () => Promise<void>
}

/** Warehouses for the tenants of a test database, on the run's PostgreSQL. Drop them before the database. */
export async function openTestWarehouses({ database }: TestDatabase): Promise<TestWarehouses> {
  const warnings: string[] = []
  const warehouses = openWarehouses({
    database,
    cipher: await openTestCipher(database),
    installationId: randomBytes(4).toString('hex'),
    serverUrl: testServerUrl(),
    ownsServer: true,
    onWarning: (message) => warnings.push(message),
  })
  return {
    warehouses,
    warnings,
    drop: async () => {
      await warehouses.close()
      const rows = await database.db.selectFrom('warehouse').select(['database_name', 'role_name']).execute()
      const client = new Client(testServerUrl())
      await client.connect()
      try {
        for (const row of rows) {
          await client.query(`drop database if exists ${row.database_name} with (force)`)
          await client.query(`drop role if exists ${row.role_name}`)
        }
      } finally {
        await client.end()
      }
    },
  }
}
