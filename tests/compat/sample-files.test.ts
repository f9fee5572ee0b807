/**
 * Every file that the reference package prints with `--generate` for what Cairn serves goes unchanged through `cairn`. What
 * the files name by number and by name is made beforehand, so that nothing is left to excuse a refusal.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCairn } from '../e2e/run-cairn.ts'
import { createServerProcess, type ServerProcess } from '../e2e/server-process.ts'

let server: ServerProcess
let folder: string
let samples: string
let unready: string

const image = (name: string, dockerfile: string) =>
  ({ name, type: 'workflow', buildDetails: { source: 'dockerfile', dockerfile } }) as const

/** Makes an image of exactly this number, which a dry run uses up as a creation does. */
async function makeImage(number: number, last: number): Promise<number> {
  const { client } = server
  const body = image(`image-${number}`, 'FROM debian:bookworm-slim')
  const unused = Array.from({ length: number - last - 1 })
  for (let start = 0; start < unused.length; start += 10) {
    const some = unused.slice(start, start + 10)
    await Promise.all(some.map(() => client.raw('createImage', { query: { dryRun: true }, body })))
  }
  const { imageId, versionId, buildId } = await client.images.createImage(body)
  expect([imageId, versionId]).toEqual([number, number])
  await client.images.waitForBuild(imageId, buildId)
  return number
}

async function samplesOfReference(): Promise<string> {
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  const program = 'import importlib.util as u; print(u.find_spec("peak").submodule_search_locations[0])'
  const { stdout } = await promisify(execFile)(python, ['-c', program])
  return join(stdout.trim(), 'sample_yaml/resources')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-samples-'))
  for (const name of ['.gitignore', '.dockerignore']) await writeFile(join(folder, name), 'nothing\n')
  await writeFile(join(folder, 'Dockerfile'), 'FROM debian:bookworm-slim\n')
  samples = await samplesOfReference()
  server = await createServerProcess()
  await server.start()
  const { client } = server
  const secrets = 'SECRET1 SECRET2 secret secret1 secret2 secret-1 secret-2 random_token token'
  for (const name of secrets.split(' ')) await client.secrets.createSecret(name, 'value-of-it')
  await client.queries.putQuery('path/to/sql', 'select 1')
  // Only a version whose build has failed can be changed.
  const failing = await client.images.createImage(image('failing', 'FROM nothing:0'))
  await client.images.waitForBuild(failing.imageId, failing.buildId).catch(() => undefined)
  unready = `--image-id ${failing.imageId} --version-id ${failing.versionId}`
  // The sample says no type, so it is for an image that is there.
  let last = (await client.images.createImage(image('test-image', 'FROM nothing:0'))).imageId
  for (const number of [100, 200, 400]) last = await makeImage(number, last)
})
afterAll(async () => {
  await server.dispose()
  await rm(folder, { recursive: true })
})

/** The commands that print a file and take it back, in an order in which what they change is there. */
const uses: readonly (readonly [string, string])[] = [
  ...['dockerfile', 'github', 'upload'].flatMap((source): [string, string][] => [
    [`images/${source}/create_image`, 'images create FILE --dry-run'],
    [`images/${source}/create_image_version`, 'images create-version image-100 FILE --dry-run'],
    [`images/${source}/update_version`, 'images update-version FILE UNREADY --dry-run'],
  ]),
  ['images/upload/create_or_update_image', 'images create-or-update FILE --dry-run'],
  ['workflows/create_or_update_workflow', 'workflows create-or-update FILE'],
  ['workflows/update_workflow', 'workflows update my-new-workflow FILE'],
  ['workflows/patch_workflow', 'workflows patch updated-workflow FILE'],
  ['workflows/execute_workflow', 'workflows execute updated-workflow FILE --dry-run'],
  ['workflows/execute_partial_workflow', 'workflows execute updated-workflow FILE --dry-run'],
  ['workflows/create_workflow', 'workflows create FILE'],
  ...[
    'auto_retry',
    'execution_parameters',
    'input_parameters',
    'input_parameters_inherit',
    'output_parameters',
    'skippable_steps',
  ].map((what): [string, string] => [`workflows/workflow_${what}`, 'workflows create-or-update FILE']),
  ['services/create_service', 'services create FILE'],
  ['services/create_or_update_service', 'services create-or-update FILE'],
  ['services/update_service', 'services update my-service FILE'],
  ['services/test_service', 'services test my-service FILE --dry-run'],
  ['webapps/create_webapp', 'webapps create FILE'],
  ['webapps/create_or_update_webapp', 'webapps create-or-update FILE --name my-webapp'],
  ['webapps/update_webapp', 'webapps update my-webapp FILE'],
  ['artifacts/create_artifact', 'artifacts create FILE'],
  ['artifacts/create_artifact_version', 'artifacts create-version new-artifact FILE'],
  ['artifacts/update_artifact_metadata', 'artifacts update-metadata new-artifact FILE'],
]

it('takes each file of the reference as it is', async () => {
  for (const [name, command] of uses) {
    const file = join(samples, `${name}.yaml`)
    const args = command
      .replace('UNREADY', unready)
      .split(' ')
      .map((word) => (word === 'FILE' ? file : word))
    const { code, stderr } = await runCairn(args, { folder, server, stdin: '', env: {} })
    expect.soft([name, code, code === 0 ? '' : stderr]).toEqual([name, 0, ''])
  }
})

it('knows all files of the reference but those of what is not served', async () => {
  const files = await readdir(samples, { recursive: true })
  const served = files
    .filter((file) => file.endsWith('.yaml') && !file.startsWith(`emails${sep}`))
    .map((file) => file.replaceAll(sep, '/').replace(/\.yaml$/, ''))
  expect(served.toSorted()).toEqual(uses.map(([name]) => name).toSorted())
})
