import type { Watcher } from '@cairn/contract'
import { createManualClock, eventually, MailReceiver } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NotificationRig, type EngineOptions } from './notification-rig.ts'

let rig: NotificationRig
let mail: MailReceiver

beforeAll(async () => {
  rig = await NotificationRig.create()
})
beforeEach(async () => {
  mail = await MailReceiver.open()
})
afterEach(async () => {
  await rig.stopEngines()
  await rig.test.database.db.deleteFrom('work').execute()
  await mail.close()
})
afterAll(() => rig.close())

const from = 'Cairn <cairn@cairn.test>'
const start = (options: EngineOptions & { url?: string; domains?: readonly string[] } = {}) =>
  rig.startEngine({ ...options, mail: { url: options.url ?? mail.url, from, domains: options.domains ?? [] } })

const to = (...addresses: string[]): Watcher => ({ email: { recipients: { to: addresses } }, events: { fail: true } })

async function fail(watcher = to('someone@example.com'), name?: string): Promise<number> {
  const workflowId = await rig.addWorkflow([watcher], name)
  await rig.endRun(workflowId)
  return workflowId
}

/** The header of the only mail, unfolded. */
function header(name: string): string[] {
  const [only, ...others] = mail.mails
  if (only === undefined || others.length > 0) throw new Error(`${others.length + 1} mails`)
  const [head = ''] = only.raw.split('\r\n\r\n', 1)
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  return lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 2))
}

describe('a mail', () => {
  it('comes as text and HTML, with a stable id, from the sender that the operator set', async () => {
    start()
    const workflowId = await fail(undefined, 'nightly')
    await rig.settled()
    const { id } = await rig.only(workflowId)
    expect(header('subject')).toEqual(['[Cairn] nightly failed'])
    expect(header('from')).toEqual(['Cairn <cairn@cairn.test>'])
    expect(header('to')).toEqual(['someone@example.com'])
    expect(header('message-id')).toEqual([`<${id}@cairn.test>`])
    expect(header('auto-submitted')).toEqual(['auto-generated'])
    expect(mail.mails[0]?.raw).toMatch(/text\/plain[\s\S]*Reason: exit code 1[\s\S]*text\/html[\s\S]*<table/)
    expect(await rig.only(workflowId)).toMatchObject({ status: 'delivered', history: [{ answer: 250, error: null }] })
  })

  it('goes to each recipient apart, so that one who is refused costs the others nothing', async () => {
    mail.judge = (address) => (address === 'gone@example.com' ? { code: 550, words: '5.1.1 no such user' } : null)
    start()
    const workflowId = await fail(to('gone@example.com', 'here@example.com'))
    await rig.settled()
    const deliveries = await rig.deliveries(workflowId)
    expect(deliveries.find(({ target }) => target.startsWith('here'))).toMatchObject({ status: 'delivered' })
    expect(deliveries.find(({ target }) => target.startsWith('gone'))).toMatchObject({
      status: 'failed',
      attempts: 1,
      lastError: 'the mail server answered 550 5.1.1 no such user',
    })
    expect(mail.mails.map((received) => received.to)).toEqual([['here@example.com']])
  })

  it('that is greylisted is sent again after a minute, under the same Message-ID', async () => {
    const clock = createManualClock(Date.now())
    let isKnown = false
    mail.judge = () => (isKnown ? null : { code: 451, words: '4.7.1 greylisted, come back later' })
    start({ clock })
    const workflowId = await fail()
    const waiting = await eventually(async () => {
      const delivery = await rig.only(workflowId)
      expect(delivery).toMatchObject({
        status: 'pending',
        lastError: 'the mail server answered 451 4.7.1 greylisted, come back later',
        history: [{ answer: 451 }],
      })
      expect((await rig.work())[0]?.dueInMs).toBeGreaterThan(50_000)
      return delivery
    })
    isKnown = true
    clock.advance(72_000)
    await rig.enqueue({ kind: 'delivery', deliveryId: waiting.id })
    await rig.settled()
    expect(await rig.only(workflowId)).toMatchObject({ status: 'delivered', attempts: 2 })
    expect(header('message-id')).toEqual([`<${waiting.id}@cairn.test>`])
  })

  it('is left after its time when the server hangs, and tried again', async () => {
    mail.judge = () => new Promise(() => undefined)
    start({ settings: { mailTimeoutMs: 500 } })
    const workflowId = await fail()
    await eventually(async () =>
      expect(await rig.only(workflowId)).toMatchObject({
        status: 'pending',
        attempts: 1,
        lastError: 'the mail server took longer than 0.5 s',
      }),
    )
  })

  it('is tried again when the server is absent', async () => {
    start({ url: 'smtp://127.0.0.1:9' })
    const workflowId = await fail()
    await eventually(async () =>
      expect(await rig.only(workflowId)).toMatchObject({
        status: 'pending',
        lastError: expect.stringMatching(/^the mail could not be sent: .*ECONNREFUSED/),
      }),
    )
  })

  it('is tried again when the login is refused, and tells nothing of the password', async () => {
    const strict = await MailReceiver.open({ user: 'cairn', password: 'right' })
    try {
      start({ url: strict.url.replace('//', '//cairn:wrong-secret@') })
      const workflowId = await fail()
      const delivery = await eventually(async () => {
        const found = await rig.only(workflowId)
        expect(found).toMatchObject({ status: 'pending', attempts: 1, lastError: expect.stringContaining('535') })
        return found
      })
      expect(JSON.stringify(delivery)).not.toContain('wrong-secret')
      await rig.stopEngines()
      start({ url: strict.url.replace('//', '//cairn:right@') })
      const second = await fail()
      await eventually(async () => expect(await rig.only(second)).toMatchObject({ status: 'delivered' }))
    } finally {
      await strict.close()
    }
  })

  it('fails with the reason when no mail server is set, and the inbox has its entry', async () => {
    rig.startEngine({ mail: null })
    const workflowId = await fail({ user: 'someone@example.com', events: { fail: true } })
    await rig.settled()
    expect(await rig.deliveries(workflowId)).toMatchObject([
      { channel: 'email', status: 'failed', attempts: 1, lastError: 'no mail server is set: CAIRN_SMTP_URL' },
      { channel: 'inbox', status: 'delivered' },
    ])
  })

  it('goes to no domain but those that the operator named', async () => {
    start({ domains: ['example.com'] })
    const workflowId = await fail(to('a@EXAMPLE.com', 'a@example.org'))
    await rig.settled()
    const deliveries = await rig.deliveries(workflowId)
    expect(deliveries.find(({ status }) => status === 'failed')).toMatchObject({
      target: 'a@example.org',
      lastError: 'mail may not go to example.org; an operator can allow it with CAIRN_MAIL_DOMAINS',
    })
    expect(mail.mails.map((received) => received.to)).toEqual([['a@example.com']])
  })
})

describe('mail header injection', () => {
  it('by the name of a workflow adds neither a header nor a recipient', async () => {
    start()
    await fail(undefined, 'x\r\nBcc: victim@example.com\r\n\r\nbody')
    await rig.settled()
    expect(header('subject')).toEqual(['[Cairn] x Bcc: victim@example.com body failed'])
    expect(header('bcc')).toEqual([])
    expect(mail.mails.map((received) => received.to)).toEqual([['someone@example.com']])
    expect(mail.mails[0]?.raw).not.toMatch(/^Bcc:/im)
  })

  it.each(['a@b.c, victim@example.com', 'a@b.c\r\nRCPT TO:<victim@example.com>', 'Group: a@b.c;'])(
    'by an address sends nothing: %j',
    async (address) => {
      start()
      const workflowId = await fail(to(address))
      await rig.settled()
      expect(await rig.only(workflowId)).toMatchObject({
        status: 'failed',
        lastError: expect.stringContaining('is no e-mail address'),
      })
      expect(mail.mails).toEqual([])
    },
  )
})
