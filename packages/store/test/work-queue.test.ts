import { createTestDatabase } from '@cairn/testkit'
import { describeWorkQueue } from '../src/conformance/index.ts'

describeWorkQueue('PostgreSQL', async () => {
  const { database, drop } = await createTestDatabase({ maxConnections: 10 })
  return { database, close: drop }
})
