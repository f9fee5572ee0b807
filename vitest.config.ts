import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: [
            'packages/{contract,domain,sdk,driver,gateway}/{src,test}/**/*.test.ts',
            'packages/*/src/**/*.pure.test.ts',
            'apps/*/src/**/*.pure.test.ts',
            'scripts/**/*.pure.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'database',
          include: ['packages/{store,api,engine}/{src,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.ts'],
          exclude: ['**/*.pure.test.ts'],
          globalSetup: ['packages/testkit/src/start-postgres.ts'],
          testTimeout: 20_000,
        },
      },
    ],
  },
})
