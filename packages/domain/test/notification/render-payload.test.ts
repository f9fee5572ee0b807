import { assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NotificationFacts, renderPayload, renderWebhookUrl } from '../../src/index.ts'

const facts: NotificationFacts = {
  tenantName: 'acme',
  workflowId: 7,
  workflowName: 'nightly',
  executionId: '5f0c',
  status: 'Failed',
  reason: 'step "a" failed:\nexit code 1',
  url: 'http://cairn/runs/5f0c',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  minutes: null,
  scheduledAt: null,
}

const render = (template: string, given: Partial<NotificationFacts> = {}): string =>
  renderPayload(template, { ...facts, ...given }, 'fail').text

describe('renderPayload', () => {
  it('sends a payload without placeholders as it was printed', () => {
    const payload = '{ "pingback-url": "https:/workflow/123" }'
    expect(renderPayload(payload, facts, 'fail')).toEqual({ text: payload, isJson: true })
  })

  it('escapes values inside JSON strings and inserts whole JSON values elsewhere', () => {
    const template =
      '{"text": "{{workflowName}}: {{ reason }}", "id": {{workflowId}}, "why": {{reason}}, "end": {{finishedAt}}}'
    expect(JSON.parse(render(template))).toEqual({
      text: 'nightly: step "a" failed:\nexit code 1',
      id: 7,
      why: facts.reason,
      end: null,
    })
  })

  it('inserts values as they are into a payload that is not JSON', () => {
    expect(renderPayload('{{event}} {{tenant}}: {{reason}} {{finishedAt}}', facts, 'fail')).toEqual({
      text: `fail acme: ${facts.reason ?? ''} `,
      isJson: false,
    })
  })

  it('leaves names that are no field, and other braces, as written', () => {
    for (const template of [
      '{"a": "{{constructor}} {{nope}}"}',
      '{"a": "{{ event | upper }}"}',
      '{"a": "{event} {{}}"}',
    ])
      expect(render(template)).toBe(template)
  })

  it('does not fill placeholders that a value brings along, and reads no field twice', () => {
    expect(render('{"a": "{{reason}}"}', { reason: '{{workflowName}}' })).toBe('{"a": "{{workflowName}}"}')
  })

  it('keeps escapes of the template apart from the ends of its strings', () => {
    expect(JSON.parse(render(String.raw`{"a\"{{status}}\\": "\\\"{{reason}}\\", "b": {{status}}}`))).toEqual({
      'a"Failed\\': `\\"${facts.reason ?? ''}\\`,
      b: 'Failed',
    })
  })

  it('stays the JSON that the author wrote, whatever the values hold', () => {
    const hostile = oneof(string({ unit: 'binary' }), constantFrom('", "admin": true, "x": "', '\\', '\\"', '\0'))
    assert(
      property(hostile, hostile, (workflowName, reason) => {
        const text = render('{"in": "<{{workflowName}}|{{reason}}>", "out": [{{reason}}, {{workflowId}}]}', {
          workflowName,
          reason,
        })
        expect(JSON.parse(text)).toEqual({ in: `<${workflowName}|${reason}>`, out: [reason, 7] })
      }),
    )
  })
})

describe('renderWebhookUrl', () => {
  it('percent-encodes values, so that they add neither path nor query', () => {
    const url = renderWebhookUrl(
      'https://abc.com/{{workflowName}}?run={{executionId}}',
      { ...facts, workflowName: 'a/../b?c#d' },
      'fail',
    )
    expect(url).toBe('https://abc.com/a%2F..%2Fb%3Fc%23d?run=5f0c')
  })
})
