import { DriverError } from '@cairn/driver'
import { imageTag } from '@cairn/domain'
import { eventually } from '@cairn/testkit'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { requestBuildStop } from '@cairn/store'
import { LeaseLost } from '../../src/reconcile/reconciler.ts'
import { type BuildIds, BuildRig } from './build-rig.ts'
import { zipOf } from './zip-directory.ts'

const rig = await BuildRig.create()
afterAll(() => rig.close())
afterEach(async () => {
  await rig.stopLoops()
  rig.build = () => ({})
  rig.onBuild = () => undefined
})

const simple = await zipOf({ Dockerfile: 'FROM debian:bookworm-slim\n', 'main.py': 'print(1)' })

/** Requests that were made since `count`. */
const requestsSince = (count: number): typeof rig.builder.requests => rig.builder.requests.slice(count)

const ended = (ids: Pick<BuildIds, 'buildId'>) => rig.ended(ids)

describe('A build', () => {
  test('of an upload makes its version ready and tells all of it in its log', async () => {
    rig.build = () => ({
      lines: ['#1 [1/1] FROM debian'],
      image: { id: 'sha256:abc', sizeBytes: 5_000_000, exposedTcpPorts: [8050] },
    })
    rig.startLoop()
    const ids = await rig.ask({
      context: simple,
      details: { buildArguments: [{ name: 'A', value: '1' }], useCache: false },
    })
    expect(await ended(ids)).toEqual({
      status: 'success',
      reason: null,
      attempts: 1,
      versionStatus: 'ready',
      engineImageId: 'sha256:abc',
      exposedPorts: [8050],
    })
    const tag = imageTag('test', ids.tenantId, ids.imageId, ids.versionId)
    const request = rig.builder.requests.at(-1)
    expect(request).toMatchObject({ tag, dockerfilePath: 'Dockerfile', buildArguments: { A: '1' }, useCache: false })
    expect(Buffer.from(request?.contextBytes ?? []).toString('latin1')).toContain('print(1)')
    expect(await rig.readLines(ids)).toEqual([
      expect.stringMatching(/^image image-\d+, version 0\.0\.1, attempt 1 of 3; queued for \d+\.\d s$/),
      'builder: fake builder',
      '#1 [1/1] FROM debian',
      '0 of 1 steps came from the cache',
      `built ${tag}: sha256:abc, 5.0 MB`,
    ])
    expect(await rig.readEvents(ids)).toEqual(['build.success'])
  })

  test('of the text of a Dockerfile gets nothing but that', async () => {
    rig.startLoop()
    const ids = await rig.ask({ details: { source: 'dockerfile', dockerfile: 'FROM nginx\n' } })
    expect(await ended(ids)).toMatchObject({ status: 'success' })
    const tar = Buffer.from(rig.builder.requests.at(-1)?.contextBytes ?? []).toString('latin1')
    expect(tar.startsWith('Dockerfile\0')).toBe(true)
    expect(tar).toContain('FROM nginx\n')
  })

  test('of a directory of the artifact gets that directory, and the Dockerfile beside it', async () => {
    rig.startLoop()
    const context = await zipOf({ 'docker/api': 'FROM x', 'app/main.py': 'inside', 'secret.txt': 'outside' })
    const ids = await rig.ask({ context, details: { dockerfilePath: 'docker/api', context: './app' } })
    expect(await ended(ids)).toMatchObject({ status: 'success' })
    const request = rig.builder.requests.at(-1)
    const tar = Buffer.from(request?.contextBytes ?? []).toString('latin1')
    expect(request?.dockerfilePath).toBe('.cairn.dockerfile')
    expect([tar.includes('inside'), tar.includes('FROM x'), tar.includes('outside')]).toEqual([true, true, false])
  })

  test('supplies PEAK_USER_ID to a Dockerfile that asks for it, unless the user does', async () => {
    rig.startLoop()
    const context = await zipOf({ Dockerfile: 'FROM x\nARG PEAK_USER_ID\n' })
    await ended(await rig.ask({ context }))
    expect(rig.builder.requests.at(-1)?.buildArguments).toEqual({ PEAK_USER_ID: '10001' })
    await ended(await rig.ask({ context, details: { buildArguments: [{ name: 'PEAK_USER_ID', value: '7' }] } }))
    expect(rig.builder.requests.at(-1)?.buildArguments).toEqual({ PEAK_USER_ID: '7' })
  })

  test('fails with the words of its builder, and its version stays as it is', async () => {
    rig.build = () => ({ lines: ['E: no such package'], failure: 'RUN apt-get install nothing: exit code 100' })
    rig.startLoop()
    const ids = await rig.ask({ context: simple })
    const reason = 'RUN apt-get install nothing: exit code 100'
    expect(await ended(ids)).toMatchObject({
      status: 'failed',
      reason,
      attempts: 1,
      versionStatus: 'not-ready',
      engineImageId: null,
    })
    expect((await rig.readLines(ids)).slice(-2)).toEqual(['E: no such package', `build failed: ${reason}`])
    expect(await rig.readEvents(ids)).toEqual(['build.failed'])
  })

  test.each([
    [
      'has no Dockerfile',
      { 'a/Dockerfile': 'FROM x' },
      {},
      'the artifact has no file "Dockerfile" (buildDetails.dockerfilePath)',
    ],
    [
      'has none at that path',
      { Dockerfile: 'FROM x' },
      { dockerfilePath: 'a/D' },
      'the artifact has no file "a/D" (buildDetails.dockerfilePath)',
    ],
    [
      'has no such directory',
      { Dockerfile: 'FROM x' },
      { context: 'app' },
      'the artifact has no directory "app" (buildDetails.context)',
    ],
    [
      'is left by a path',
      { Dockerfile: 'FROM x' },
      { dockerfilePath: '../D' },
      'buildDetails.dockerfilePath: must not hold ".."',
    ],
  ])('whose artifact %s fails without a builder', async (_, files, details, reason) => {
    const before = rig.builder.requests.length
    rig.startLoop()
    expect(await ended(await rig.ask({ context: await zipOf(files), details }))).toMatchObject({
      status: 'failed',
      reason,
    })
    expect(requestsSince(before)).toEqual([])
  })

  test('whose archive is hostile never reaches a builder', async () => {
    const before = rig.builder.requests.length
    rig.startLoop()
    const context = Buffer.from(await zipOf({ Dockerfile: 'FROM x', __x: 'y' }))
    for (let at = context.indexOf('__x'); at !== -1; at = context.indexOf('__x')) context.write('../', at)
    const state = await ended(await rig.ask({ context }))
    expect(state).toMatchObject({ status: 'failed', reason: 'entry "../": a name must not hold ".."' })
    expect(requestsSince(before)).toEqual([])
  })

  test.each([
    [
      'has no Dockerfile text',
      { source: 'dockerfile', dockerfile: ' ' },
      'buildDetails.dockerfile: must hold the text of a Dockerfile',
    ],
    ['wants a secret that is gone', { secrets: ['token'] }, 'secret "token" does not exist any more'],
    ['has lost its upload', {}, 'the uploaded artifact is no longer there; upload it again'],
  ] as const)('that %s fails and says so', async (_, details, reason) => {
    rig.startLoop()
    const given = 'secrets' in details ? { secrets: [...details.secrets] } : details
    expect(await ended(await rig.ask({ details: given }))).toMatchObject({ status: 'failed', reason })
  })

  test('that takes longer than its deadline fails with that reason', async () => {
    rig.build = () => ({ until: new Promise(() => undefined) })
    rig.startLoop({ deadlineMs: 100 })
    expect(await ended(await rig.ask({ context: simple }))).toMatchObject({
      status: 'failed',
      reason: 'timed out after 0.1 s',
    })
  })

  test('keeps the first part of a log without end', async () => {
    rig.build = () => ({ lines: Array.from({ length: 50 }, () => 'x'.repeat(100)) })
    rig.startLoop({ maxLogLength: 1000 })
    const ids = await rig.ask({ context: simple })
    await ended(ids)
    const lines = await rig.readLines(ids)
    expect(lines.filter((line) => line.startsWith('x')).length).toBeLessThan(10)
    expect(lines).toContain('[the log is longer than 1000 characters; the rest of it is not kept]')
  })
})

describe('When the engine is at fault', () => {
  test('and away, a build waits for it at no cost', async () => {
    rig.driver.control.setUnavailable(true)
    rig.startLoop()
    const ids = await rig.ask({ context: simple })
    const reason = 'the build was interrupted: the fake engine does not answer'
    await eventually(async () => expect(await rig.read(ids)).toMatchObject({ status: 'queued', reason, attempts: 0 }))
    rig.driver.control.setUnavailable(false)
    expect(await ended(ids)).toMatchObject({ status: 'success', reason: null, attempts: 1 })
    expect(await rig.readLines(ids)).toContain(`${reason}; it will be tried again`)
  })

  test.each(['unknown', 'unavailable'] as const)('three times, though it answers, a build fails (%s)', async (code) => {
    rig.build = () => ({ error: new DriverError(code, 'the moon is full') })
    rig.startLoop()
    const reason = 'the build was interrupted: the moon is full (attempt 3 of 3)'
    expect(await ended(await rig.ask({ context: simple }))).toMatchObject({ status: 'failed', reason, attempts: 3 })
  })

  test('and refuses, a build fails at once', async () => {
    rig.build = () => ({ error: new DriverError('denied', 'not your engine') })
    rig.startLoop()
    const reason = 'the container engine refused the build: not your engine'
    expect(await ended(await rig.ask({ context: simple }))).toMatchObject({ status: 'failed', reason, attempts: 1 })
  })
})

describe('Builds of a tenant', () => {
  test('run one after the other, in the order in which they were asked for; other tenants go on', async () => {
    const gates = new Map<string, PromiseWithResolvers<void>>()
    const order: string[] = []
    rig.build = ({ tag }) => {
      const gate = Promise.withResolvers<void>()
      gates.set(tag, gate)
      order.push(tag)
      return { until: gate.promise }
    }
    rig.startLoop()
    const first = await rig.ask({ context: simple })
    const second = await rig.ask({ context: simple })
    const other = await rig.ask({ context: simple, tenant: 'other' })
    const tagOf = (ids: typeof first): string => imageTag('test', ids.tenantId, ids.imageId, ids.versionId)
    await eventually(() => expect(order.toSorted()).toEqual([tagOf(first), tagOf(other)].toSorted()))
    gates.get(tagOf(other))?.resolve()
    expect(await ended(other)).toMatchObject({ status: 'success' })
    expect(await rig.read(second)).toMatchObject({ status: 'queued', attempts: 0 })
    gates.get(tagOf(first))?.resolve()
    await eventually(() => expect(order.at(-1)).toBe(tagOf(second)))
    expect(await rig.read(first)).toMatchObject({ status: 'success' })
    gates.get(tagOf(second))?.resolve()
    expect(await ended(second)).toMatchObject({ status: 'success' })
  })
})

describe('A build that is asked to stop', () => {
  const by = 'ada@example.com'
  async function stop(ids: BuildIds, reason: string | null = null): Promise<unknown> {
    const { tenantId, imageId, buildId } = ids
    const stopping = { tenantId, imageId, buildId, by, reason }
    const status = await rig.test.database.transaction((tx) => requestBuildStop(tx, stopping))
    rig.hints.notify('stop')
    rig.hints.notify('work')
    return status
  }

  test('while it runs ends its builder and is stopped, and the next one starts', async () => {
    const begun = Promise.withResolvers<void>()
    const signals: AbortSignal[] = []
    rig.onBuild = (signal) => signals.push(signal)
    rig.build = () => {
      begun.resolve()
      return { until: signals.length === 1 ? new Promise(() => undefined) : Promise.resolve() }
    }
    rig.startLoop()
    const first = await rig.ask({ context: simple })
    const second = await rig.ask({ context: simple })
    await begun.promise
    expect(await stop(first, 'wrong branch')).toBe('stopping')
    expect(await ended(first)).toMatchObject({
      status: 'stopped',
      reason: `stopped by ${by}: wrong branch`,
      versionStatus: 'not-ready',
    })
    expect(signals[0]?.aborted).toBe(true)
    expect(await rig.readLines(first)).toContain('the build was stopped')
    expect(await ended(second)).toMatchObject({ status: 'success' })
    expect(await rig.readEvents(first)).toEqual(['build.stopping', 'build.stopped'])
    expect(await stop(first)).toBe('stopped')
  })

  test('while it waits never starts', async () => {
    const before = rig.builder.requests.length
    const ids = await rig.ask({ context: simple })
    expect(await stop(ids)).toBe('stopping')
    rig.startLoop()
    expect(await ended(ids)).toMatchObject({ status: 'stopped', reason: `stopped by ${by}`, attempts: 0 })
    expect(requestsSince(before)).toEqual([])
  })

  test('when its image has just been built is stopped all the same', async () => {
    let ids: BuildIds | null = null
    rig.build = () => ({ until: ids === null ? Promise.resolve() : stop(ids).then(() => undefined) })
    ids = await rig.ask({ context: simple })
    rig.startLoop()
    expect(await ended(ids)).toMatchObject({ status: 'stopped', versionStatus: 'not-ready', engineImageId: null })
  })

  test('whose server dies meanwhile is stopped by the next one', async () => {
    const ids = await rig.ask({ context: simple })
    const build = rig.test.database.db.updateTable('build').where('id', '=', ids.buildId)
    await build.set({ status: 'running', attempts: 1 }).execute()
    await stop(ids)
    rig.startLoop()
    expect(await ended(ids)).toMatchObject({ status: 'stopped', attempts: 1 })
  })
})

describe('A build under way', () => {
  test('is not ended by a process that lost its lease meanwhile', async () => {
    const ids = await rig.ask({ context: simple })
    const item = { kind: 'build', key: String(ids.buildId), token: crypto.randomUUID(), failures: 0 } as const
    let isHeld = true
    rig.build = () => {
      isHeld = false
      return {}
    }
    const pass = rig.createReconciler().reconcile(item, {
      signal: new AbortController().signal,
      holdLease: () => (isHeld ? Promise.resolve() : Promise.reject(new LeaseLost(item))),
    })
    await expect(pass).rejects.toThrow(LeaseLost)
    expect(await rig.read(ids)).toMatchObject({ status: 'running', attempts: 1, versionStatus: 'not-ready' })
    rig.startLoop()
    expect(await ended(ids)).toMatchObject({ status: 'success', attempts: 2 })
  })

  test('is handed back by a server that stops, and built by the next one', async () => {
    const begun = Promise.withResolvers<void>()
    rig.build = () => {
      begun.resolve()
      return { until: new Promise(() => undefined) }
    }
    const loop = rig.startLoop()
    const ids = await rig.ask({ context: simple })
    await begun.promise
    await loop.stop()
    expect(await rig.read(ids)).toMatchObject({
      status: 'queued',
      attempts: 0,
      reason: 'interrupted because the server stopped',
    })
    rig.build = () => ({})
    rig.startLoop()
    expect(await ended(ids)).toMatchObject({ status: 'success', attempts: 1, reason: null })
    expect(await rig.readLines(ids)).toContain('the server stops; the build starts again when the server is back')
  })

  test('is stopped when its version is deleted, and the version stays deleted', async () => {
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    rig.build = () => {
      begun.resolve()
      return { until: gate.promise }
    }
    rig.startLoop()
    const ids = await rig.ask({ context: simple })
    await begun.promise
    await rig.test.database.db
      .updateTable('image_version')
      .set({ status: 'deleting' })
      .where('id', '=', ids.versionId)
      .execute()
    gate.resolve()
    const reason = 'the image version was deleted while it was being built'
    expect(await ended(ids)).toMatchObject({
      status: 'stopped',
      reason,
      versionStatus: 'deleting',
      engineImageId: null,
    })
  })
})
