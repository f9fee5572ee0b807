import { defineConfig } from 'vitest/config'

const roomsWithoutDatabase = 'packages/{contract,domain,archive,sdk,driver,driver-docker,gateway}'
const roomsWithDatabase = 'packages/{store,backup,api,engine}'
const engineTests = '**/*.engine.test.ts'
const pureTests = '**/*.pure.test.ts'
/** Of one number for all projects whose files run side by side: they share a group. */
const maxWorkers = 2

/**
 * - pure: no database, no container engine; part of `npm run check`.
 * - database: a real PostgreSQL, one clone of a template per file.
 * - engine: a real container engine.
 * - crash: worker processes killed at named points and at random, on a real PostgreSQL.
 * - e2e and compat: the whole server on real parts, driven by the SDK and by the reference client.
 *
 * Files of `pure` share the modules of their worker: there is no state in modules to keep apart, and two thirds of their
 * processor time went into loading them again. A test that looks at its process's memory has to be elsewhere.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: [
            `${roomsWithoutDatabase}/**/*.test.ts`,
            `${roomsWithDatabase}/**/*.pure.test.ts`,
            `apps/${pureTests}`,
            `scripts/${pureTests}`,
          ],
          exclude: ['**/node_modules/**', engineTests],
          isolate: false,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'database',
          include: [`${roomsWithDatabase}/**/*.test.ts`, 'apps/**/*.test.ts', 'packages/testkit/**/*.test.ts'],
          exclude: ['**/node_modules/**', engineTests, pureTests],
          globalSetup: ['packages/testkit/src/start-postgres.ts'],
          maxWorkers,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'engine',
          include: [`packages/${engineTests}`],
          exclude: ['**/node_modules/**'],
          globalSetup: ['packages/testkit/src/start-postgres.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'crash',
          include: ['tests/crash/**/*.test.ts'],
          globalSetup: ['packages/testkit/src/start-postgres.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/{e2e,compat}/**/*.test.ts'],
          maxWorkers,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
