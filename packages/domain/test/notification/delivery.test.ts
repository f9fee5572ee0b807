import type { Watcher } from '@cairn/contract'
import { describe, expect, it } from 'vitest'
import {
  composeMessage,
  decideDelivery,
  type DeliveryOutcome,
  deliveryPatienceMs,
  isMailAddress,
  notificationKey,
  type NotificationFacts,
  type NotificationWork,
  parseNotificationKey,
  validateWatchers,
} from '../../src/index.ts'

const unavailable = (retryAfterMs: number | null = null): DeliveryOutcome => ({
  kind: 'unavailable',
  answer: 503,
  error: 'HTTP 503',
  retryAfterMs,
})
const round = (tries: number, channel: 'webhook' | 'email' = 'webhook') => ({
  channel,
  tries,
  giveUpAt: deliveryPatienceMs,
})

/** The times, in seconds, of all attempts of a delivery whose receiver never answers. */
function attemptTimes(channel: 'webhook' | 'email'): number[] {
  const times: number[] = []
  for (let now = 0, tries = 1; ; tries += 1) {
    times.push(now / 1000)
    const decision = decideDelivery(round(tries, channel), unavailable(), now, 0)
    if (decision.status !== 'pending') return times
    now = decision.nextAttemptAt
  }
}

describe('decideDelivery', () => {
  it('ends with success and with a refusal', () => {
    expect(decideDelivery(round(1), { kind: 'delivered', answer: 204 }, 0, 0)).toEqual({ status: 'delivered' })
    const refused: DeliveryOutcome = { kind: 'refused', answer: 404, error: 'HTTP 404' }
    expect(decideDelivery(round(1), refused, 0, 0)).toEqual({ status: 'failed', error: 'HTTP 404' })
  })

  it('tries for 24 hours with growing pauses, mail with longer ones', () => {
    expect(attemptTimes('webhook')).toEqual([
      0, 5, 35, 155, 755, 2555, 6155, 13_355, 27_755, 42_155, 56_555, 70_955, 85_355, 86_400,
    ])
    expect(attemptTimes('email')).toEqual([
      0, 60, 360, 1260, 3060, 6660, 13_860, 28_260, 42_660, 57_060, 71_460, 85_860, 86_400,
    ])
  })

  it('says that it gave up', () => {
    expect(decideDelivery(round(14), unavailable(), deliveryPatienceMs, 0)).toEqual({
      status: 'failed',
      error: 'HTTP 503 (given up after 14 attempts)',
    })
  })

  it('waits as long as the receiver asks, within the 24 hours', () => {
    const after = (ms: number) => decideDelivery(round(1), unavailable(ms), 1000, 0)
    expect(after(120_000)).toMatchObject({ status: 'pending', nextAttemptAt: 121_000 })
    expect(after(1)).toMatchObject({ nextAttemptAt: 6000 })
    expect(after(1e12)).toMatchObject({ nextAttemptAt: deliveryPatienceMs })
  })

  it('spreads what failed together by at most a fifth', () => {
    expect(decideDelivery(round(1), unavailable(), 0, 1)).toMatchObject({ nextAttemptAt: 6000 })
  })
})

describe('keys of work', () => {
  const id = '5f0c1a5e-0000-4000-8000-000000000001'

  it.each<NotificationWork>([
    { kind: 'finished', executionId: id },
    { kind: 'runtime', executionId: id },
    { kind: 'delivery', deliveryId: id },
    { kind: 'missed', workflowId: 7, tick: '2026-01-31T18:00:00.000Z' },
  ])('name %o', (work) => {
    expect(parseNotificationKey(notificationKey(work))).toEqual(work)
  })

  it.each(['', 'finished:', 'other:5f0c', 'missed:x:y', `finished:${id}:1`])('of another shape are none: %s', (key) => {
    expect(parseNotificationKey(key)).toBeNull()
  })
})

describe('isMailAddress', () => {
  it.each(['a@b.c', 'first.last+tag@mail.example.com', 'abc@localhost', 'jürgen@münchen.de'])('takes %s', (address) => {
    expect(isMailAddress(address)).toBe(true)
  })

  it.each([
    'a@b.c\r\nBcc: x@y.z',
    'a@b.c, d@e.f',
    'a@b.c;d@e.f',
    'Name <a@b.c>',
    '"a b"@c.d',
    'a@b@c.d',
    'a@-b.c',
    'nobody',
    '@b.c',
    'a@',
    'a b@c.d',
    `${'a'.repeat(65)}@b.c`,
  ])('takes nothing that is more or less than one address: %j', (address) => {
    expect(isMailAddress(address)).toBe(false)
  })
})

describe('validateWatchers', () => {
  const problems = (watcher: Partial<Watcher>): string[] =>
    validateWatchers([{ events: {}, ...watcher }]).map(({ field, rule }) => `${field}: ${rule}`)
  const hook = (url: string) => ({ webhook: { name: 'n', url, payload: '{}' } })

  it('takes addresses and public or private URLs alike; the egress guard decides when it calls', () => {
    expect(problems({ user: 'a@b.c' })).toEqual([])
    expect(problems(hook('https://abc.com/post?run={{executionId}}'))).toEqual([])
    expect(problems(hook('http://10.0.0.1/'))).toEqual([])
  })

  it('names what no mail can be sent to', () => {
    expect(problems({ user: 'nobody' })).toEqual([
      'watchers.0.user: must be one e-mail address, e.g. someone@example.com',
    ])
    expect(problems({ email: { recipients: { to: ['a@b.c', 'x\r\nBcc: y@z'] } } })).toEqual([
      'watchers.0.email.recipients.to.1: must be one e-mail address, e.g. someone@example.com',
    ])
  })

  it.each([
    ['ftp://abc.com/', /must start with http/],
    ['{{url}}', /must start with http/],
    ['https://{{workflowName}}.abc.com/', /must name its host/],
    ['https://abc.com{{reason}}/', /must name its host/],
    ['https://', /complete address/],
    ['https://user:pass@abc.com/', /user name or password/],
  ])('refuses %s', (url, rule) => {
    expect(problems(hook(url)).join()).toMatch(rule)
  })
})

describe('composeMessage', () => {
  const facts: NotificationFacts = {
    tenantName: 'acme',
    workflowId: 7,
    workflowName: 'nightly',
    executionId: '5f0c',
    status: 'Failed',
    reason: 'exit code 1',
    url: 'http://cairn/runs/5f0c',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:01:00.000Z',
    minutes: null,
    scheduledAt: null,
  }

  it('says what happened to what, why and where to look', () => {
    const { subject, text } = composeMessage(facts, 'fail')
    expect(subject).toBe('[Cairn] nightly failed')
    expect(text).toBe(
      [
        'nightly failed\n',
        'Workflow: nightly (7)',
        'Run: 5f0c',
        'Status: Failed',
        'Reason: exit code 1',
        'Started: 2026-01-01T00:00:00.000Z',
        'Ended: 2026-01-01T00:01:00.000Z',
        'Tenant: acme\n',
        'http://cairn/runs/5f0c\n',
      ].join('\n'),
    )
  })

  it.each([
    ['success', 'nightly succeeded'],
    ['recovered', 'nightly recovered'],
    ['runtimeExceeded', 'nightly runs longer than 10 min'],
    ['missed', 'nightly did not start'],
    ['test', 'test of a watcher of nightly'],
  ] as const)('has a title for %s', (event, title) => {
    expect(composeMessage({ ...facts, minutes: 10 }, event).title).toBe(title)
  })

  it('keeps a name from beginning a line of its own (header injection)', () => {
    const workflowName = 'x\r\nBcc: victim@example.com\r\n\r\n\u2028<b>hi'
    const { subject, text } = composeMessage({ ...facts, workflowName, reason: 'a\r\nb' }, 'fail')
    expect(subject).toBe('[Cairn] x Bcc: victim@example.com <b>hi failed')
    expect(text).not.toMatch(/^Bcc/m)
    expect(text).toContain('Reason: a\nb')
  })

  it('shows markup in names, reasons and addresses as text', () => {
    const script = '<script>alert("x")</script>'
    const { html } = composeMessage(
      { ...facts, workflowName: script, reason: `${script}&'`, url: 'http://c/"><img>' },
      'fail',
    )
    expect(html).not.toMatch(/<script|<img/)
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;')
    expect(html).toContain('href="http://c/&quot;&gt;&lt;img&gt;"')
  })
})
