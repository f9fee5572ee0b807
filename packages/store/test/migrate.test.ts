import { createTestDatabase } from '@cairn/testkit'
import { expect, test } from 'vitest'
import { migrate } from '../src/index.ts'

test('a migrated database is left as it is', async () => {
  const { database, drop } = await createTestDatabase()
  await migrate(database)
  const names = await database.pool.query('select name from cairn_migration')
  expect(names.rows).toEqual([{ name: '0001-create-tables' }])
  await drop()
})
