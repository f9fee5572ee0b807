import { createManualClock, eventually, MailReceiver } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type EngineOptions, NotificationRig } from './notification-rig.ts'

let rig: NotificationRig
let mail: MailReceiver
let count = 0
let email: string
let link: string

beforeAll(async () => {
  rig = await NotificationRig.create()
})
beforeEach(async () => {
  mail = await MailReceiver.open()
  count += 1
  email = `ann${count}@example.com`
  link = `http://cairn.test/invitation#the-token-of-${count}-`
})
afterEach(async () => {
  await rig.stopEngines()
  await rig.test.database.db.deleteFrom('work').execute()
  await rig.test.database.db.deleteFrom('tenant_user').execute()
  await mail.close()
})
afterAll(() => rig.close())

const start = (options: EngineOptions & { domains?: readonly string[] } = {}) =>
  rig.startEngine({ ...options, mail: { url: mail.url, from: 'cairn@cairn.test', domains: options.domains ?? [] } })

/** Links that are kept. */
async function kept(): Promise<number> {
  const { rows } = await sql<{ kept: number }>`
    select count(link)::int as kept from invitation_mail`.execute(rig.test.database.db)
  return rows[0]?.kept ?? 0
}

describe('an invitation', () => {
  it('is mailed to its user with the link, which is forgotten then', async () => {
    const userId = await rig.inviteByMail(email, link)
    expect(await rig.invitationMail(userId)).toEqual({ status: 'pending', error: null })
    start()
    await rig.settled()
    expect(mail.mails.map(({ to }) => to)).toEqual([[email]])
    expect(mail.mails[0]?.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=')).toContain(link)
    expect(mail.mails[0]?.raw).toMatch(/^Subject: \[Cairn\] your access to acme\r$/m)
    expect(await rig.invitationMail(userId)).toEqual({ status: 'delivered', error: null })
    expect(await kept()).toBe(0)
  })

  it('is mailed again while the mail server cannot take it, and once', async () => {
    const clock = createManualClock(Date.now() + 10_000)
    let isKnown = false
    mail.judge = () => (isKnown ? null : { code: 451, words: '4.7.1 greylisted' })
    start({ clock })
    const userId = await rig.inviteByMail(email, link)
    await eventually(async () => {
      expect(await rig.invitationMail(userId)).toMatchObject({
        status: 'pending',
        error: expect.stringContaining('451'),
      })
      expect((await rig.work())[0]?.dueInMs).toBeGreaterThan(50_000)
    })
    expect(await kept()).toBe(1)
    isKnown = true
    clock.advance(72_000)
    await sql`update work set available_at = now()`.execute(rig.test.database.db)
    rig.hints.notify('work')
    await rig.settled()
    expect(mail.mails).toHaveLength(1)
    expect(await rig.invitationMail(userId)).toEqual({ status: 'delivered', error: null })
  })

  it('says why it cannot be mailed, and keeps the link no longer', async () => {
    mail.judge = () => ({ code: 550, words: '5.1.1 no such user' })
    start()
    const userId = await rig.inviteByMail(email, link)
    await rig.settled()
    expect(await rig.invitationMail(userId)).toEqual({
      status: 'failed',
      error: 'the mail server answered 550 5.1.1 no such user',
    })
    expect(await kept()).toBe(0)
  })

  it.each(['used', 'replaced', 'of a disabled user', 'of a user who is gone'])(
    'is not mailed when it is %s',
    async (how) => {
      const userId = await rig.inviteByMail(email, link)
      const { db } = rig.test.database
      if (how === 'used') await sql`update tenant_user set invitation_hash = null where id = ${userId}`.execute(db)
      if (how === 'replaced') await rig.inviteByMail(email, `${link}2`)
      if (how === 'of a disabled user') await sql`update tenant_user set disabled_at = now()`.execute(db)
      if (how === 'of a user who is gone') await sql`delete from tenant_user where id = ${userId}`.execute(db)
      start()
      await rig.settled()
      const links = mail.mails.map(({ raw }) => raw.replaceAll('=\r\n', '').includes(`${link}2`))
      expect(links).toEqual(how === 'replaced' ? [true] : [])
      expect(await kept()).toBe(0)
    },
  )
})
