/** Environment variable that carries the server's address from the global set-up to the test files. */
export const serverUrlVariable = 'CAIRN_TEST_DATABASE_URL'

/** The migrated database that every test database is a copy of. */
export const templateDatabase = 'cairn_test_template'

/** The same server, another database. */
export function withDatabase(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

/**
 * The address of the run's PostgreSQL.
 *
 * @throws outside of a vitest project that has `packages/testkit/src/start-postgres.ts` as global set-up
 */
export function testServerUrl(): string {
  const url = process.env[serverUrlVariable]
  if (url === undefined) {
    throw new Error('no PostgreSQL for tests: run them in a vitest project whose globalSetup is start-postgres.ts')
  }
  return url
}
