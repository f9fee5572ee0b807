import { expect, it } from 'vitest'
import { roleOfClaims } from './role-of-claims.ts'

const rules = {
  claim: 'groups',
  rules: [
    { role: 'admin', value: 'platform' },
    { role: 'editor', value: 'data' },
  ],
} as const

it('gives the highest role that a value of the claim stands for', () => {
  expect(roleOfClaims({ groups: ['data', 'platform', 'choir'] }, rules)).toBe('admin')
  expect(roleOfClaims({ groups: 'data' }, rules)).toBe('editor')
})

it('gives none where no rule fits', () => {
  expect(roleOfClaims({ groups: ['choir'] }, rules)).toBeNull()
  expect(roleOfClaims({}, rules)).toBeNull()
  expect(roleOfClaims({ groups: { platform: true } }, rules)).toBeNull()
})

it('gives what is for everybody to who has no claim, and more to who has', () => {
  const open = { ...rules, rules: [...rules.rules, { role: 'viewer', value: '*' } as const] }
  expect(roleOfClaims({}, open)).toBe('viewer')
  expect(roleOfClaims({ groups: ['data'] }, open)).toBe('editor')
})
