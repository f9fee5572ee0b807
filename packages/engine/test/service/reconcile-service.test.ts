import { forgetRetiredSecrets, readResourceEvents } from '@cairn/store'
import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aSpec, ServiceRig } from './service-rig.ts'

let database: TestDatabase
let rig: ServiceRig
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(() => {
  rig = new ServiceRig(database)
})
afterEach(() => rig.close())

async function deployed(spec = aSpec()): Promise<string> {
  await rig.create(spec)
  await rig.run(2_000)
  expect(await rig.state()).toMatchObject({ status: 'AVAILABLE' })
  const [name] = await rig.containers()
  if (name === undefined) throw new Error('nothing runs')
  return name
}

describe('deploying', () => {
  test('a new service becomes available and is routed to its instance', async () => {
    const name = await deployed()
    expect(await rig.state()).toMatchObject({ status: 'AVAILABLE', statusReason: null, activeRevision: 1 })
    expect(await rig.route()).toMatchObject({
      access: 'private',
      tenantName: 'default',
      instances: [{ name, host: '127.0.0.1', port: 8000 }],
    })
    expect(rig.hinted).toContain('routes')
    expect(rig.driver.control.networks.size).toBe(1)
  })

  test('no route leads to an instance that is not healthy yet', async () => {
    rig.health = { kind: 'unhealthy', reason: 'GET /health answered 503' }
    await rig.create()
    await rig.run(3_000)
    expect(await rig.route()).toMatchObject({
      instances: [],
      status: 'CREATING',
      statusReason: 'GET /health answered 503',
    })
  })

  test('a service whose container exits fails with the exit code and its last log lines, which are kept', async () => {
    await rig.create(aSpec({ entrypoint: ['broken'] }))
    await rig.run(2_000)
    expect(await rig.state()).toMatchObject({
      status: 'CREATE_FAILED',
      statusReason: 'the container exited with code 3\nlast log line:\n  boom',
      instances: [],
    })
    expect(await rig.containers()).toEqual([])
    expect(await rig.log(rig.driver.control.started[0] ?? '')).toEqual(['boom'])
    expect(await rig.pass()).toEqual({ kind: 'done' })
  })

  test('the history tells what happened and why', async () => {
    await rig.create(aSpec({ entrypoint: ['broken'] }))
    await rig.run(2_000)
    const resource = { tenantId: rig.tenantId, kind: 'service', resourceId: rig.serviceId }
    const events = await readResourceEvents(database.database.db, resource)
    expect(events.map((event) => event.type)).toEqual(['instance.wanted', 'revision.failed', 'service.status'])
    expect(events[2]?.reason).toMatch(/exited with code 3/)
  })

  test('a change is served by the old instance until the new one is healthy, then the old one goes', async () => {
    const old = await deployed()
    rig.health = { kind: 'unhealthy', reason: 'not yet' }
    await rig.update(aSpec({ env: { A: '2' } }))
    await rig.run(1_000)
    expect(await rig.route()).toMatchObject({ status: 'DEPLOYING', instances: [{ name: old }] })
    rig.health = { kind: 'healthy' }
    await rig.run(1_000)
    const route = await rig.route()
    expect(route).toMatchObject({ status: 'AVAILABLE' })
    expect(route?.instances).toHaveLength(1)
    expect(route?.instances[0]?.name).not.toBe(old)
    expect(await rig.containers()).toHaveLength(2)
    await rig.run(32_000)
    expect(await rig.containers()).toEqual([route?.instances[0]?.name])
  })

  test('a change that fails leaves the old instance serving and says why', async () => {
    const old = await deployed()
    await rig.update(aSpec({ entrypoint: ['broken'] }))
    await rig.run(2_000)
    const first = 'revision 2 could not be deployed and revision 1 keeps serving: the container exited with code 3'
    const statusReason = `${first}\nlast log line:\n  boom`
    expect(await rig.state()).toMatchObject({ status: 'AVAILABLE', activeRevision: 1, statusReason })
    // Visitors are not shown what the app has logged.
    expect(await rig.route()).toMatchObject({ statusReason: first, instances: [{ name: old }] })
    expect(await rig.containers()).toEqual([old])
  })

  test('a service that never answers fails with what was tried, where it listens instead, and its last log lines', async () => {
    rig.health = { kind: 'unhealthy', reason: 'TCP connect: connection refused' }
    await rig.create(aSpec({ port: 8000 }))
    await rig.run(1_000)
    const [name = ''] = await rig.containers()
    for (let line = 1; line <= 10; line += 1) rig.driver.control.print(name, { stream: 'stdout', text: `line ${line}` })
    await eventually(async () => expect(await rig.log(name)).toHaveLength(10))
    rig.driver.control.setListening(name, [{ port: 5000, isLoopbackOnly: false }])
    await rig.run(30_000)
    expect((await rig.state()).statusReason).toMatch(/refused\nthe app listens on port 5000 and not on port 8000: /)
    await rig.run(95_000)
    const { status, statusReason } = await rig.state()
    expect(status).toBe('CREATE_FAILED')
    const [first, hint, heading, ...quoted] = (statusReason ?? '').split('\n')
    expect(first).toMatch(
      /^not healthy within 120 s, \d{2} checks of its port 8000; the last one: TCP connect: connection/,
    )
    expect(hint).toMatch(/^the app listens on port 5000 and not on port 8000: /)
    expect([heading, ...quoted]).toEqual([
      'last log lines:',
      ...[3, 4, 5, 6, 7, 8, 9, 10].map((line) => `  line ${line}`),
    ])
    expect((await rig.route())?.statusReason).toBe(first)
    expect(await rig.containers()).toEqual([])
  })

  test('a change made while a pass decides is not overwritten', async () => {
    await rig.create()
    const changes: Promise<void>[] = []
    rig.anotherReconciler({
      reach: (name) => {
        if (name === 'service.decided' && changes.length === 0) changes.push(rig.delete())
      },
    })
    await rig.pass()
    await Promise.all(changes)
    await rig.run(1_000)
    await expect(rig.state()).rejects.toThrow('gone')
  })
})

describe('instances that fail', () => {
  test('a crashed instance is replaced under another name', async () => {
    const first = await deployed()
    rig.driver.control.print(first, { stream: 'stdout', text: 'last words\u0000\u001b[0m' })
    rig.driver.control.finish(first, 1)
    await rig.pass()
    expect(await rig.route()).toMatchObject({ instances: [] })
    expect((await rig.state()).statusReason).toMatch(/last words$/)
    await rig.run(2_000)
    const [second, ...others] = await rig.containers()
    expect(second).not.toBe(first)
    expect(others).toEqual([])
    expect(await rig.route()).toMatchObject({ statusReason: null, instances: [{ name: second }] })
  })

  test('the end of an instance enqueues its service at once', async () => {
    const name = await deployed()
    rig.driver.control.finish(name, 1)
    await eventually(async () => {
      const due = await database.database.db
        .selectFrom('work')
        .select('key')
        .where('key', '=', rig.serviceId)
        .where('available_at', '<=', new Date())
        .execute()
      expect(due).toHaveLength(1)
    })
  })

  test('an instance leaves the rotation after three failed checks and returns with one success', async () => {
    const name = await deployed()
    rig.health = { kind: 'unhealthy', reason: 'GET /health answered 500' }
    await rig.run(31_000)
    expect(await rig.route()).toMatchObject({ instances: [], statusReason: expect.stringMatching(/^out of rotation/) })
    rig.health = { kind: 'healthy' }
    await rig.run(11_000)
    expect(await rig.route()).toMatchObject({ instances: [{ name }], statusReason: null })
  })

  test('while the engine is away nothing changes but the reason', async () => {
    const name = await deployed()
    rig.driver.control.setUnavailable(true)
    await expect(rig.pass()).rejects.toMatchObject({ code: 'unavailable' })
    expect(await rig.route()).toMatchObject({
      status: 'AVAILABLE',
      statusReason: expect.stringMatching(/^the container engine: /),
      instances: [{ name }],
    })
    rig.driver.control.setUnavailable(false)
    await rig.run(1_000)
    expect(await rig.route()).toMatchObject({ statusReason: null, instances: [{ name }] })
  })
})

describe('deleting', () => {
  test('removes the containers, then the service', async () => {
    await deployed()
    await rig.update(aSpec({ env: { A: '2' } }))
    await rig.run(1_000)
    await rig.delete()
    expect(await rig.route()).toMatchObject({ instances: [] })
    await rig.run(1_000)
    expect(await rig.containers()).toEqual([])
    await expect(rig.state()).rejects.toThrow('gone')
    expect(await rig.pass()).toEqual({ kind: 'done' })
  })
})

describe('after the server was killed', () => {
  test('a running instance is adopted: found by its name, not started again, its log goes on', async () => {
    const name = await deployed()
    rig.driver.control.print(name, { stream: 'stdout', text: 'one' })
    await eventually(async () => expect(await rig.log(name)).toEqual(['one']))
    await rig.reconciler.stop()
    rig.clock.advance(5_000)
    rig.driver.control.print(name, { stream: 'stdout', text: 'two' })
    rig.anotherReconciler()
    await rig.pass()
    rig.driver.control.print(name, { stream: 'stdout', text: 'three' })
    await eventually(async () => expect(await rig.log(name)).toEqual(['one', 'two', 'three']))
    expect(rig.driver.control.started).toEqual([name])
    expect(await rig.route()).toMatchObject({ instances: [{ name }] })
  })

  test.each(['service.decided', 'service.written', 'service.acted'])(
    'at any pass before %s a deployment is resumed and starts each container once',
    async (point) => {
      for (let pass = 1; pass <= 4; pass += 1) {
        const crashed = new ServiceRig(database)
        let reached = 0
        crashed.anotherReconciler({
          reach: (name) => {
            if (name === point && (reached += 1) === pass) throw new Error('killed')
          },
        })
        await crashed.create()
        await expect(crashed.run(30_000)).rejects.toThrow('killed')
        await crashed.reconciler.stop()
        crashed.anotherReconciler()
        await crashed.run(2_000)
        expect(await crashed.state()).toMatchObject({ status: 'AVAILABLE' })
        expect(new Set(crashed.driver.control.started).size).toBe(crashed.driver.control.started.length)
        expect(await crashed.containers()).toHaveLength(1)
        await crashed.close()
      }
    },
  )
})

describe('stopping and scaling', () => {
  test('a stopped service has no container and no route, and starts under other names', async () => {
    const first = await deployed()
    await rig.stop()
    await rig.run(1_000)
    expect(await rig.containers()).toEqual([])
    expect(await rig.route()).toMatchObject({
      status: 'AVAILABLE',
      statusReason: 'stopped by ada@example.com',
      instances: [],
    })
    expect(await rig.pass()).toEqual({ kind: 'done' })
    await rig.start()
    await rig.run(2_000)
    const [second, ...others] = await rig.containers()
    expect([second === first, others]).toEqual([false, []])
    expect(await rig.route()).toMatchObject({ statusReason: null, instances: [{ name: second }] })
  })

  test('scaling decides how many instances there are, until users stop the service', async () => {
    await deployed()
    await rig.scale(3)
    await rig.run(2_000)
    expect((await rig.route())?.instances).toHaveLength(3)
    await rig.scale(0)
    await rig.run(2_000)
    expect(await rig.containers()).toEqual([])
    await rig.stop()
    await rig.scale(2)
    await rig.run(2_000)
    expect(await rig.containers()).toEqual([])
    await rig.start()
    await rig.run(2_000)
    expect((await rig.route())?.instances).toHaveLength(1)
  })
})

describe('secrets', () => {
  const hold = async (name: string) =>
    (await database.database.db.selectFrom('secret_use').select('resource_id').where('name', '=', name).execute()).map(
      (use) => use.resource_id,
    )
  const unused = `never-${crypto.randomUUID()}`
  let name: string
  beforeEach(async () => {
    name = `key-${crypto.randomUUID().slice(0, 8)}`
    await rig.secret(name, 'first-value')
  })

  test('are given to instances, masked in their logs, and held until no revision needs them', async () => {
    const first = await deployed(aSpec({ secrets: [name] }))
    const variable = name.toUpperCase().replaceAll('-', '_')
    expect(rig.driver.control.environmentOf(first)).toMatchObject({ [variable]: 'first-value' })
    rig.driver.control.print(first, { stream: 'stdout', text: 'it is first-value!' })
    await eventually(async () => expect(await rig.log(first)).toEqual(['it is ***!']))
    expect(await hold(name)).toEqual([rig.serviceId])
    await rig.update(aSpec())
    await rig.run(2_000)
    expect(await hold(name)).toEqual([rig.serviceId])
    await rig.run(35_000)
    expect(await hold(name)).toEqual([])
  })

  test('that are replaced reach new instances, and their values of before stay masked', async () => {
    const first = await deployed(aSpec({ secrets: [name] }))
    await rig.secret(name, 'second-value')
    await forgetRetiredSecrets(database.database.db)
    await rig.reconciler.stop()
    rig.anotherReconciler()
    await rig.pass()
    rig.driver.control.print(first, { stream: 'stdout', text: 'first-value second-value' })
    await eventually(async () => expect(await rig.log(first)).toEqual(['*** ***']))
    rig.driver.control.finish(first, 1)
    await rig.run(2_000)
    const [second] = await rig.containers()
    expect(Object.values(rig.driver.control.environmentOf(second ?? ''))).toContain('second-value')
  })

  test('that are gone fail the deployment by name', async () => {
    await rig.create(aSpec({ secrets: [] }))
    await database.database.db
      .updateTable('service_revision')
      .set({ spec: JSON.stringify(aSpec({ secrets: [unused] })) } as never)
      .where('service_id', '=', rig.serviceId)
      .execute()
    await rig.run(2_000)
    expect(await rig.state()).toMatchObject({
      status: 'CREATE_FAILED',
      statusReason: `secret "${unused}" does not exist any more`,
    })
  })

  test('are let go when the service is deleted', async () => {
    await deployed(aSpec({ secrets: [name] }))
    await rig.delete()
    await rig.run(1_000)
    expect(await hold(name)).toEqual([])
  })
})
