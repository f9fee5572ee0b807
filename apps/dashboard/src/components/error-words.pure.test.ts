import { ConflictError } from '@cairn/sdk'
import { expect, it } from 'vitest'
import { errorWords } from './error-words.ts'

const details = {
  operation: 'updateUser',
  status: 409,
  code: null,
  requestId: null,
  errors: [],
  retryAfterSeconds: null,
}

it('gives the words of the server as a sentence', () => {
  const error = new ConflictError('updateUser was refused with 409: the tenant keeps one admin', {
    ...details,
    cause: null,
  })
  expect(errorWords(error)).toBe('The tenant keeps one admin')
})

it('leaves alone what the server did not say', () => {
  expect(errorWords(new Error('the network is away'))).toBe('the network is away')
})
