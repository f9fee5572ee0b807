import { expect, it } from 'vitest'
import { changeableOf, emptyForm, variablesOf } from './service-form.ts'

it('reads variables line by line, with what follows the first = as the value', () => {
  expect(variablesOf('A=1\n\n URL=http://x/?a=b\nEMPTY=\n')).toEqual({ A: '1', URL: 'http://x/?a=b', EMPTY: '' })
})

it.each(['just words', '=value'])('names a line that is no variable: %s', (line) => {
  expect(() => variablesOf(`A=1\n${line}`)).toThrow(line)
})

it('asks for at least as many instances under load as without', () => {
  expect(changeableOf({ ...emptyForm, minInstances: '2' })).toMatchObject({ minInstances: 2, maxInstances: 2 })
  expect(changeableOf({ ...emptyForm, maxInstances: '4' })).toMatchObject({ minInstances: 1, maxInstances: 4 })
})
