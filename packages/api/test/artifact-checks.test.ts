import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, formOf, textIn, zipOf } from './api-fixture.ts'

let fixture: ApiFixture
beforeEach(async () => {
  fixture = await createApiFixture()
})
afterEach(() => fixture.close())

/** Put together here, so that this file holds nothing that looks like a secret. */
const joined = (...parts: readonly string[]): string => parts.join('')
const secret = joined('gh', `p_${'aB3dE6gH9'.repeat(4)}`)
const leaky = await zipOf({ 'src/app.py': `import os\ntoken = "${secret}"\n`, '.env': 'A=1\n', 'setup.exe': 'MZ' })

async function versionsOf(artifactId: string): Promise<unknown> {
  return (await fixture.call('describeArtifact', { params: { artifactId } })).body['versions']
}

async function create(fields: Readonly<Record<string, unknown>>): Promise<string> {
  return textIn(await fixture.call('createArtifact', { form: formOf({ name: 'a', ...fields }, leaky) }), 'id')
}

it('looks for nothing that was not asked for', async () => {
  const artifactId = await create({ scan: false })
  expect(await versionsOf(artifactId)).toMatchObject([{ entryCount: 3, scan: null, validation: null }])
})

it('reports where secrets stand, and never what they are', async () => {
  const artifactId = await create({ scan: true })
  expect(await versionsOf(artifactId)).toMatchObject([
    {
      scan: {
        secrets: [
          { file: 'src/app.py', line: 2, kind: 'github_token' },
          { file: '.env', line: 1, kind: 'env_file' },
        ],
        oversizedFiles: [],
        isComplete: true,
      },
    },
  ])
  const { rows } = await fixture.database.pool.query(
    'select count(*)::int as count from artifact_version where artifact_version::text like $1',
    [`%${secret}%`],
  )
  expect(rows).toEqual([{ count: 0 }])
})

it('validates against the source of the artifact, for later versions as well', async () => {
  const artifactId = await create({ source: 'email', validate: true })
  await fixture.call('createArtifactVersion', {
    params: { artifactId },
    form: formOf({ validate: true }, await zipOf({ 'report.pdf': 'x' })),
  })
  expect(await versionsOf(artifactId)).toMatchObject([
    { version: 2, validation: { source: 'email', problems: [] } },
    { version: 1, validation: { source: 'email', problems: [{ file: 'setup.exe', rule: expect.any(String) }] } },
  ])
})

it('says when there is no source to validate against', async () => {
  const artifactId = await create({ validate: true })
  expect(await versionsOf(artifactId)).toMatchObject([{ validation: { source: null, problems: [{ file: null }] } }])
})

it('takes the flags as text of true and false only', async () => {
  const answer = await fixture.call('createArtifact', { form: formOf({ name: 'a', scan: 'yes' }, leaky) })
  expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining('scan')])
  expect(await fixture.storedFiles()).toEqual([])
})
