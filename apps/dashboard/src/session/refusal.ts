import type { Access, Session } from '@cairn/sdk'

/** Each includes those before it. */
const rank: Readonly<Record<Access, number>> = { read: 0, run: 1, write: 2, manage: 3 }
const leastRole = { read: 'viewer', run: 'editor', write: 'editor', manage: 'admin' } as const
const held: Readonly<Record<Session['role'], Access>> = { viewer: 'read', editor: 'write', admin: 'manage' }

/**
 * Why who is signed in may not do what needs so much; null = they may. The server decides; this is for what is worth offering.
 */
export function refusalOf({ role, access }: Pick<Session, 'role' | 'access'>, needed: Access): string | null {
  if (rank[access] >= rank[needed]) return null
  if (rank[held[role]] >= rank[needed]) return `The token that you signed in with may only ${access}.`
  return `This takes the role ${leastRole[needed]}; yours is ${role}.`
}
