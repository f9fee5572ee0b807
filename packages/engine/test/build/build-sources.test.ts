import type { BuildDetails } from '@cairn/contract'
import { ensureTenant, holdBuildSecrets, insertSecret, listSecrets } from '@cairn/store'
import { GitServer } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type BuildIds, BuildRig } from './build-rig.ts'
import { zipOf } from './zip-directory.ts'

const rig = await BuildRig.create()
let git: GitServer
beforeAll(async () => {
  git = await GitServer.open()
})
afterAll(async () => {
  await git.close()
  await rig.close()
})
afterEach(async () => {
  await rig.stopLoops()
  rig.build = () => ({})
})

const ended = (ids: Pick<BuildIds, 'buildId'>) => rig.ended(ids)

const fromGit = (name: string, details: BuildDetails = {}): { details: BuildDetails } => ({
  details: { source: 'github', repository: git.urlOf(name), ...details },
})
const lastRequest = () => rig.builder.requests.at(-1)
const lastTar = (): string => Buffer.from(lastRequest()?.contextBytes ?? []).toString('latin1')

async function keepSecret(name: string, value: string): Promise<void> {
  await rig.test.database.transaction(async (tx) => {
    const tenantId = await ensureTenant(tx, 'default')
    const secret = rig.secretCipher.seal(value, { tenantId, name })
    await insertSecret(tx, { tenantId, name, secret, by: 'someone@example.com' })
  })
}

describe('A build of a repository', () => {
  test('gets the files of its branch, and says which commit they are from', async () => {
    const commit = await git.commit('code', 'main', { Dockerfile: 'FROM x\nARG PEAK_USER_ID\n', 'main.py': 'print(1)' })
    rig.startLoop()
    const ids = await rig.ask(fromGit('code', { branch: 'main' }))
    expect(await ended(ids)).toMatchObject({ status: 'success' })
    expect(lastTar()).toContain('print(1)')
    expect(lastRequest()).toMatchObject({ dockerfilePath: 'Dockerfile', buildArguments: { PEAK_USER_ID: '10001' } })
    expect(await rig.readLines(ids)).toContain(`commit: ${commit}`)
    const row = rig.test.database.db.selectFrom('build').select('source_commit').where('id', '=', ids.buildId)
    expect(await row.executeTakeFirst()).toEqual({ source_commit: commit })
  })

  test('gets one directory of it, a Dockerfile from beside it, and nothing that .dockerignore names', async () => {
    await git.commit('tree', 'main', {
      'docker/api': 'FROM x',
      'app/main.py': 'inside',
      'app/node_modules/x.js': 'ignored',
      'app/keep/a.txt': 'brought back',
      'app/.dockerignore': 'node_modules\nkeep\n!keep/a.txt\n',
      'secret.txt': 'outside',
    })
    rig.startLoop()
    expect(await ended(await rig.ask(fromGit('tree', { context: 'app', dockerfilePath: 'docker/api' })))).toMatchObject(
      {
        status: 'success',
      },
    )
    expect(lastRequest()?.dockerfilePath).toBe('.cairn.dockerfile')
    const found = ['inside', 'FROM x', 'brought back', 'outside', 'ignored'].map((text) => lastTar().includes(text))
    expect(found).toEqual([true, true, true, false, false])
  })

  test.each([
    ['that is not there', 'nothing', {}, /^repository .*nothing\.git, its default branch: .*not found/],
    ['without the branch', 'bare', { branch: 'none' }, /^repository .*, "none": .*none/],
    [
      'without a Dockerfile',
      'bare',
      { dockerfilePath: 'D' },
      /^commit \w{40} .* no file "D" \(buildDetails.dockerfilePath\)/,
    ],
    [
      'without the directory',
      'bare',
      { context: 'app' },
      /^commit \w{40} .* no directory "app" \(buildDetails.context\)/,
    ],
  ])('%s fails and says why', async (_, name, details, reason) => {
    await git.commit('bare', 'main', { Dockerfile: 'FROM x' })
    rig.startLoop()
    const state = await ended(await rig.ask(fromGit(name, details)))
    expect(state).toMatchObject({ status: 'failed', reason: expect.stringMatching(reason) })
  })

  test('that is private is asked for with the secret that it names, of which nothing is told', async () => {
    await git.commit('private', 'main', { Dockerfile: 'FROM x' })
    git.token = 'token of the repository'
    try {
      await keepSecret('git-token', git.token)
      await keepSecret('wrong-token', 'another token entirely')
      rig.startLoop()
      expect(await ended(await rig.ask(fromGit('private', { token: 'git-token' })))).toMatchObject({
        status: 'success',
      })
      const refused = await rig.ask(fromGit('private', { token: 'wrong-token' }))
      expect(await ended(refused)).toMatchObject({ status: 'failed' })
      const told = `${(await rig.read(refused)).reason} ${(await rig.readLines(refused)).join('\n')}`
      expect(told).not.toContain('another token entirely')
    } finally {
      git.token = null
    }
  })
})

describe('A build with secrets', () => {
  const value = 'hush/hush+hush'
  const dockerfile = 'FROM x\nARG API_KEY\nRUN fetch\nENV KEY=$API_KEY\n'
  const details: BuildDetails = { secrets: ['api-key'] }

  test('mounts them, as argument where the Dockerfile declares one, and masks them in all that is told', async () => {
    await keepSecret('api-key', value)
    rig.build = () => ({
      lines: [`got ${value}`, `got ${Buffer.from(value).toString('base64')}`],
      failure: `curl ${value}: 403`,
    })
    rig.startLoop()
    const ids = await rig.ask({ context: await zipOf({ Dockerfile: dockerfile, 'a.txt': 'a' }), details })
    expect(await ended(ids)).toMatchObject({ status: 'failed', reason: 'curl ***: 403' })
    expect(lastRequest()).toMatchObject({ secrets: { 'api-key': value, API_KEY: value }, buildArguments: {} })
    expect(lastTar()).toMatch(/RUN --mount=type=secret,id=api-key,\S+ : \d+; export API_KEY=.* fetch\n/)
    expect(lastTar()).not.toContain(value)
    const lines = await rig.readLines(ids)
    expect(lines).toEqual(expect.arrayContaining(['got ***', 'build failed: curl ***: 403']))
    expect(lines).toContainEqual(expect.stringContaining('ENV is not given the secret "api-key"'))
    expect(JSON.stringify(await rig.readEventFacts(ids))).not.toContain(value)
  })

  test('holds them until it ends', async () => {
    const ids = await rig.ask({ details: { source: 'dockerfile', dockerfile: 'FROM x', ...details } })
    const users = async () =>
      (await listSecrets(rig.test.database.db, ids.tenantId, 'api-key', firstPage)).items[0]?.usedBy
    await rig.test.database.transaction((tx) => holdBuildSecrets(tx, ids, ['api-key']))
    expect(await users()).toMatchObject([
      { kind: 'image', id: String(ids.versionId), name: expect.stringMatching(/ 0\.0\.1$/) },
    ])
    rig.startLoop()
    expect(await ended(ids)).toMatchObject({ status: 'success' })
    expect(await users()).toEqual([])
  })
})

const firstPage = { pageNumber: 1, pageSize: 10 }
