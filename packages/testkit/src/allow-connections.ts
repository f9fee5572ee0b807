import { Client } from 'pg'
import type { TestDatabase } from './create-test-database.ts'
import { testServerUrl } from './test-server.ts'

/** With `false` every connection is cut and none is let in until it is called with `true`, as if the server were away. */
export async function allowConnections(test: TestDatabase, isAllowed: boolean): Promise<void> {
  const name = new URL(test.url).pathname.slice(1)
  const client = new Client(testServerUrl())
  await client.connect()
  try {
    await client.query(`alter database ${name} allow_connections ${isAllowed}`)
    if (isAllowed) return
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  } finally {
    await client.end()
  }
}
