import { expect, it } from 'vitest'
import { refusalOf } from './refusal.ts'

it('says nothing to who may', () => {
  expect(refusalOf({ role: 'viewer', access: 'read' }, 'read')).toBeNull()
  expect(refusalOf({ role: 'editor', access: 'write' }, 'run')).toBeNull()
  expect(refusalOf({ role: 'admin', access: 'manage' }, 'manage')).toBeNull()
})

it('names the role that it takes', () => {
  expect(refusalOf({ role: 'viewer', access: 'read' }, 'run')).toBe('This takes the role editor; yours is viewer.')
  expect(refusalOf({ role: 'editor', access: 'read' }, 'manage')).toBe('This takes the role admin; yours is editor.')
})

it('names the token where the role would be enough', () => {
  expect(refusalOf({ role: 'admin', access: 'run' }, 'write')).toBe('The token that you signed in with may only run.')
})
