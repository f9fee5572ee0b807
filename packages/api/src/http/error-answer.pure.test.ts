import { CairnError } from '@cairn/contract'
import { expect, test } from 'vitest'
import { errorAnswerOf, invalid, refusalOf } from './error-answer.ts'

test('a refusal is told as it is', () => {
  const refusal = new CairnError('not_found', 'image 7 does not exist')
  expect(errorAnswerOf(refusalOf(refusal), 'id')).toEqual({
    detail: 'image 7 does not exist',
    message: 'image 7 does not exist',
    code: 'not_found',
    requestId: 'id',
  })
})

test('a fault is told without its words', () => {
  const answer = errorAnswerOf(refusalOf(new Error('password=hunter2')), 'id')
  expect(answer).toMatchObject({ code: 'internal' })
  expect(JSON.stringify(answer)).not.toContain('hunter2')
})

test.each([
  ['that refuses connections', { code: 'ECONNREFUSED', syscall: 'connect' }],
  ['that shuts down', { code: '57P01' }],
  ['that has no connection left', { code: '53300' }],
])('a database %s is a 503', (_case, properties) => {
  const refusal = refusalOf(Object.assign(new Error('x'), properties))
  expect([refusal.status, refusal.code]).toEqual([503, 'service_unavailable'])
})

test.each(['ENOSPC', 'EDQUOT', '53100'])('a disk that is full (%s) is a 507', (code) => {
  const refusal = refusalOf(Object.assign(new Error('x'), { code, syscall: 'write' }))
  expect([refusal.status, refusal.code]).toEqual([507, 'storage_full'])
})

test('a missing file of our own is a fault, not an absent database', () => {
  expect(refusalOf(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' })).code).toBe('internal')
})

test('broken rules are named, the first five in words', () => {
  const errors = Array.from({ length: 7 }, (_, index) => ({ field: `f${index}`, rule: 'is required' }))
  const refusal = invalid(errors)
  expect(refusal.message).toBe(`${[0, 1, 2, 3, 4].map((i) => `f${i}: is required`).join('; ')}; and 2 more`)
  expect(errorAnswerOf(refusal, 'id').errors).toHaveLength(7)
})
