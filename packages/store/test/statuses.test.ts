import {
  backupStartedBy,
  backupStatuses,
  deliveryChannels,
  deliveryStatuses,
  imageTypes,
  imageVersionStatuses,
  instanceStatuses,
  proofStatuses,
  revisionCauses,
  revisionStatuses,
  runTriggers,
  secretUserKinds,
  serviceStatuses,
  serviceTypes,
  storedBuildStatuses,
  storedExecutionStatuses,
  watcherEvents,
  tickOutcomes,
} from '@cairn/contract'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

let subject: TestDatabase
beforeAll(async () => {
  subject = await createTestDatabase()
})
afterAll(() => subject.drop())

/** The values that the column's own CHECK constraint lists, from the live catalog. */
async function allowedValues(table: string, column: string): Promise<string[]> {
  const { rows } = await subject.database.pool.query<{ definition: string }>(
    `select pg_get_constraintdef(constraint_.oid) as definition
     from pg_constraint constraint_
     join pg_attribute attribute on attribute.attrelid = constraint_.conrelid and constraint_.conkey = array[attribute.attnum]
     where constraint_.contype = 'c' and constraint_.conrelid = $1::regclass and attribute.attname = $2`,
    [table, column],
  )
  return rows.flatMap((row) => [...row.definition.matchAll(/'([^']+)'::text/g)].map(([, value]) => value ?? ''))
}

test.each([
  ['backup', 'status', backupStatuses],
  ['backup', 'started_by', backupStartedBy],
  ['backup', 'proof_status', proofStatuses],
  ['image', 'type', imageTypes],
  ['image_version', 'status', imageVersionStatuses],
  ['build', 'status', storedBuildStatuses],
  ['execution', 'status', storedExecutionStatuses],
  ['execution', 'trigger', runTriggers],
  ['secret_use', 'kind', secretUserKinds],
  ['schedule_tick', 'outcome', tickOutcomes],
  ['service', 'service_type', serviceTypes],
  ['service', 'status', serviceStatuses],
  ['service_revision', 'status', revisionStatuses],
  ['service_revision', 'cause', revisionCauses],
  ['service_instance', 'status', instanceStatuses],
  ['delivery', 'event', watcherEvents],
  ['delivery', 'channel', deliveryChannels],
  ['delivery', 'status', deliveryStatuses],
])('%s.%s allows exactly the values of the contract', async (table, column, expected) => {
  expect((await allowedValues(table, column)).toSorted()).toEqual([...expected].toSorted())
})
