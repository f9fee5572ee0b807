import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, numberIn, textIn } from './api-fixture.ts'
import { keepExport } from './keep-export.ts'

let fixture: ApiFixture
let run: { readonly workflowId: number; readonly executionId: string }

beforeAll(async () => {
  fixture = await createApiFixture()
  const steps = { a: { type: 'http', url: 'https://example.com' } }
  const workflowId = numberIn(await fixture.call('createWorkflow', { body: { name: 'exporting', steps } }), 'id')
  const executionId = textIn(await fixture.call('executeWorkflow', { params: { workflowId } }), 'executionId')
  run = { workflowId, executionId }
})
afterAll(() => fixture.close())

const keep = (step: string, content: string) =>
  keepExport(fixture, {
    tenantId: fixture.tenant.id,
    ...run,
    step,
    name: `exports/${run.workflowId}/${run.executionId}/${step}/sales.csv`,
    content,
  })

it('lists the files of export steps, newest first, also those of one run', async () => {
  const first = await keep('first', 'id\n1\n')
  const second = await keep('second', 'id\n22\n')
  const listed = await fixture.call('listExports', { query: { executionId: run.executionId } })
  expect(listed.body).toMatchObject({
    exportCount: 2,
    exports: [
      { id: second, stepName: 'second', sizeBytes: 6, rowCount: 1, ...run },
      { id: first, stepName: 'first', sizeBytes: 5 },
    ],
  })
  const other = await fixture.call('listExports', { query: { executionId: '00000000-0000-4000-8000-000000000000' } })
  expect(other.body['exports']).toEqual([])
})

it('downloads a file under the name of its table', async () => {
  const id = await keep('named', 'id\n7\n')
  const answer = await fixture.call('downloadExport', { params: { exportId: id } })
  expect(answer.text).toBe('id\n7\n')
  expect(answer.headers['content-disposition']).toContain('sales.csv')
})
