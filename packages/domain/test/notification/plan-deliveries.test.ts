import type { Watcher } from '@cairn/contract'
import { describe, expect, it } from 'vitest'
import { deliveriesTo, type Happening, planDeliveries, runtimeLimits } from '../../src/index.ts'

const webhook = { name: 'info', url: 'https://abc.com/post', payload: '{ "pingback-url": "https:/workflow/123" }' }

/** The watchers of the reference's example body. */
const example: Watcher[] = [
  { user: 'abc@peak.ai', events: { success: false, fail: true } },
  { webhook, events: { success: false, fail: true, runtimeExceeded: 10 } },
  {
    email: { name: 'email-watcher-1', recipients: { to: ['user1@peak.ai', 'user2@peak.ai'] } },
    events: { success: false, fail: true, runtimeExceeded: 10 },
  },
]

const targets = (happening: Happening, watchers: readonly Watcher[] = example): string[] =>
  planDeliveries(watchers, happening).map(({ watcher, event, channel, target }) =>
    [watcher, event, channel, target].join(' '),
  )

const finished = (status: 'success' | 'failed' | 'stopped', recovered = false): Happening => ({
  kind: 'finished',
  status,
  recovered,
})

describe('planDeliveries', () => {
  it('tells each watcher of a failure in its own way', () => {
    expect(targets(finished('failed'))).toEqual([
      '0 fail inbox abc@peak.ai',
      '0 fail email abc@peak.ai',
      '1 fail webhook https://abc.com/post',
      '2 fail email user1@peak.ai',
      '2 fail email user2@peak.ai',
    ])
  })

  it('tells nobody of what nobody asked for, and nobody of a run that somebody stopped', () => {
    expect(targets(finished('success'))).toEqual([])
    expect(targets(finished('success', true))).toEqual([])
    expect(targets({ kind: 'missed' })).toEqual([])
    const all: Watcher[] = [{ user: 'a@b.c', events: { success: true, fail: true, recovered: true, missed: true } }]
    expect(targets(finished('stopped'), all)).toEqual([])
  })

  it('tells of an exceeded run time those who set this limit', () => {
    expect(targets({ kind: 'runtimeExceeded', minutes: 10 })).toHaveLength(3)
    expect(targets({ kind: 'runtimeExceeded', minutes: 11 })).toEqual([])
  })

  it('tells of a recovery once, as what it is, and others of the success', () => {
    const watchers: Watcher[] = [
      { webhook, events: { success: true, recovered: true } },
      { webhook, events: { success: true } },
      { webhook, events: { recovered: true } },
    ]
    expect(planDeliveries(watchers, finished('success', true)).map(({ event }) => event)).toEqual([
      'recovered',
      'success',
      'recovered',
    ])
    expect(planDeliveries(watchers, finished('success')).map(({ watcher }) => watcher)).toEqual([0, 1])
  })

  it('writes to an address once, however often it is named, and calls every webhook', () => {
    const events = { fail: true }
    const watchers: Watcher[] = [
      { user: 'A@b.c', events },
      { email: { recipients: { to: ['a@b.c', 'a@b.c', 'd@e.f'] } }, events },
      { user: 'a@b.c', events },
      { webhook, events },
      { webhook, events },
    ]
    expect(targets(finished('failed'), watchers)).toEqual([
      '0 fail inbox A@b.c',
      '0 fail email A@b.c',
      '1 fail email d@e.f',
      '3 fail webhook https://abc.com/post',
      '4 fail webhook https://abc.com/post',
    ])
  })

  it('hands on the payload of a webhook as it is written', () => {
    const [, second] = example
    if (second === undefined) throw new Error('no watcher')
    expect(deliveriesTo(second, 1, 'test')).toEqual([
      {
        watcher: 1,
        watcherName: 'info',
        event: 'test',
        channel: 'webhook',
        target: webhook.url,
        content: { url: webhook.url, payload: webhook.payload },
      },
    ])
  })
})

it('knows the limits to the run time, least first', () => {
  const limit = (runtimeExceeded: number): Watcher => ({ user: 'a@b.c', events: { runtimeExceeded } })
  expect(runtimeLimits([limit(10), limit(0.5), limit(10), { user: 'a@b.c', events: {} }])).toEqual([0.5, 10])
})
