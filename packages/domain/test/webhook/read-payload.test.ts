import { expect, test } from 'vitest'
import { readWebhookPayload } from '../../src/index.ts'

const read = (text: string) => readWebhookPayload(Buffer.from(text))

test.each(['{"event":"push"}', '[1,2]', '"text"', '5', 'null', '{}', '{"params":{},"other":1}'])(
  'the payload %s is given to the steps as it came',
  (text) => {
    expect(read(` ${text}\n`)).toEqual({ kind: 'run', body: { params: { global: { WEBHOOK_PAYLOAD: text } } } })
  },
)

test.each(['', ' \n'])('a call without a body gives the run nothing', (text) => {
  expect(read(text)).toEqual({ kind: 'run', body: {} })
})

test('a payload that is shaped like the body of execute is one', () => {
  const body = { params: { global: { A: '1' }, stepWise: { a: { B: '2' } } }, stepsToRun: [{ stepName: 'a' }] }
  expect(read(JSON.stringify(body))).toEqual({ kind: 'run', body })
})

test.each([
  ['{"params":{"global":{"A":1}}}', 'params.global.A'],
  ['{"params":"A=1"}', 'params'],
  ['{"params":{"globals":{}}}', 'params.globals'],
  ['{"stepsToRun":["a"]}', 'stepsToRun.0'],
  ['not JSON', 'body'],
  ['{"a":1', 'body'],
])('%s is refused, naming the field', (text, field) => {
  expect(read(text)).toMatchObject({ kind: 'invalid', errors: [{ field }] })
})

test('a payload that is no UTF-8 is refused', () => {
  expect(readWebhookPayload(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ errors: [{ rule: 'must be UTF-8' }] })
})

test('a payload larger than a parameter is refused, saying how large one may be', () => {
  expect(read(JSON.stringify('x'.repeat(65_534))).kind).toBe('run')
  expect(read(JSON.stringify('x'.repeat(65_535)))).toMatchObject({
    errors: [
      {
        field: 'body',
        rule: 'is given to steps as the parameter WEBHOOK_PAYLOAD, which has at most 65536 bytes; this one has 65537',
      },
    ],
  })
})

test('a payload that is nested a hundred thousand times is no fault of the server', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  expect(read(deep).kind).toBe('invalid')
  expect(read(`{"params":${deep}}`).kind).toBe('invalid')
  expect(read(`{"stepsToRun":${deep}}`).kind).toBe('invalid')
  expect(read(`{"params":{"global":${deep}}}`).kind).toBe('invalid')
})
