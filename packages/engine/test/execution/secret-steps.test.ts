import { stepLogStream } from '@cairn/domain'
import { deleteSecret, readLog, replaceSecret } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { containerEnvironment } from './print-environment.ts'
import { containerStep, RunFixture } from './run-fixture.ts'

const canary = 'canary "7f3a" of a secret'
let fixture: RunFixture

beforeEach(async () => {
  fixture = await RunFixture.open({
    ok: {},
    hang: { durationMs: 'endless' },
    environment: containerEnvironment,
    leave: (spec) => ({ files: { 'out.txt': `left ${spec.env['MY_SECRET'] ?? ''}\n` } }),
    say: (spec) => ({
      exitCode: 1,
      startFailure: `no such program: ${spec.env['MY_SECRET'] ?? ''}`,
    }),
  })
  await fixture.keepSecrets({ 'my-secret': canary })
})
afterEach(() => fixture.close())

const logOf = async (id: string, step: string): Promise<string> => {
  const log = await readLog(fixture.database.db, stepLogStream(id, step), { token: null })
  return log.lines.map((line) => line.text).join('\n')
}

describe('a container step with secrets', () => {
  it('gets them as variables, and its log shows them as masked', async () => {
    const seen: string[] = []
    const { driver } = fixture
    fixture.startEngine({
      driver: {
        ...driver,
        ensure: (spec, call) => {
          seen.push(spec.env['MY_SECRET'] ?? '', spec.env['MY_SECRET_CUSTOM'] ?? '')
          return driver.ensure(spec, call)
        },
      },
    })
    const id = await fixture.run({ a: containerStep({ command: 'environment', secrets: ['my-secret'] }) })
    expect((await fixture.finished(id)).status).toBe('success')
    expect(seen).toEqual([canary, canary])
    expect(await logOf(id, 'a')).toContain('"MY_SECRET":"***","MY_SECRET_CUSTOM":"***"')
  })

  it('hands on its output parameters without them', async () => {
    fixture.startEngine()
    const id = await fixture.run({
      a: containerStep({ command: 'leave', secrets: ['my-secret'], outputParameters: { out: 'out.txt' } }),
      b: containerStep({
        command: 'environment',
        parents: ['a'],
        inherit: { OUT: { step: 'a', output: 'out' } },
      }),
    })
    expect((await fixture.finished(id)).byName.get('a')?.outputs).toEqual({ out: 'left ***' })
    expect(await logOf(id, 'b')).toContain('"OUT":"left ***"')
  })

  it('has a reason without them', async () => {
    fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'say', secrets: ['my-secret'] }) })
    expect((await fixture.finished(id)).byName.get('a')?.reason).toBe('exit code 127: no such program: ***')
  })

  it('gets the value that is there when the attempt starts, and keeps it while it runs', async () => {
    fixture.startEngine()
    const id = await fixture.run({
      a: containerStep({ command: 'hang', secrets: ['my-secret'] }),
      b: containerStep({
        command: 'leave',
        parents: ['a'],
        secrets: ['my-secret'],
        outputParameters: { out: 'out.txt' },
      }),
    })
    await eventually(async () => expect(fixture.driver.control.started).toHaveLength(1))
    const { tenantId, cipher } = fixture
    const place = { tenantId, name: 'my-secret' }
    const secret = cipher.seal('another value', place)
    await fixture.database.transaction((tx) => replaceSecret(tx, { ...place, secret, by: 'x' }))
    const [name = ''] = fixture.driver.control.started
    fixture.driver.control.print(name, { stream: 'stdout', text: `${canary} and another value` })
    fixture.driver.control.finish(name, 0)
    expect((await fixture.finished(id)).byName.get('b')?.outputs).toEqual({ out: 'left ***' })
    // The value that came later is no secret of the first attempt.
    expect(await logOf(id, 'a')).toBe('*** and another value')
  })

  it('fails without another attempt when a secret is gone or cannot be opened', async () => {
    fixture.startEngine()
    const retry = { maxRetries: 3, delaySeconds: 0, exponentialBackoff: false, exitCodes: null }
    const step = containerStep({ command: 'ok', secrets: ['my-secret'], retry })
    await sql`update secret set sealed = '\\x00'`.execute(fixture.database.db)
    const broken = await fixture.finished(await fixture.run({ a: step }))
    expect(broken.byName.get('a')).toMatchObject({
      reason: expect.stringContaining('secret "my-secret" cannot be read: what is stored was changed'),
      attempt: 1,
    })
    await fixture.database.transaction((tx) => deleteSecret(tx, { tenantId: fixture.tenantId, name: 'my-secret' }))
    const gone = await fixture.finished(await fixture.run({ a: step }))
    expect(gone.byName.get('a')).toMatchObject({ reason: 'secret "my-secret" does not exist any more', attempt: 1 })
  })
})
