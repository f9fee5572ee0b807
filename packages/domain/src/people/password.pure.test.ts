import { expect, it } from 'vitest'
import { hashPassword, isPassword } from './password.ts'

it('knows the password again, and no other', async () => {
  const hash = await hashPassword('correct horse battery')
  expect(hash).toMatch(/^scrypt:15:8:1:/)
  expect(hash).not.toContain('horse')
  expect(await isPassword('correct horse battery', hash)).toBe(true)
  expect(await isPassword('correct horse batterz', hash)).toBe(false)
  expect(await hashPassword('correct horse battery')).not.toBe(hash)
})

it('takes a password however its characters were typed', async () => {
  const hash = await hashPassword('caf\u00e9 au lait, please')
  expect(await isPassword('cafe\u0301 au lait, please', hash)).toBe(true)
})

it.each([null, '', 'scrypt:15:8:1:short:short', 'plain'])('finds none right where %j is kept', async (hash) => {
  expect(await isPassword('', hash)).toBe(false)
  expect(await isPassword(hash ?? 'x', hash)).toBe(false)
})
