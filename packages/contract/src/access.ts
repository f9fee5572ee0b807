/**
 * Who may do what. What an operation needs, what a role holds and what a token is limited to are points on one line, so
 * that they can be compared.
 */
/** Each includes those before it. `run` = start, stop and try what is there; `manage` = people, roles and the audit log. */
export const accessLevels = ['read', 'run', 'write', 'manage'] as const
export type Access = (typeof accessLevels)[number]

/** Roles of users, the least first. */
export const roles = ['viewer', 'editor', 'admin'] as const
export type Role = (typeof roles)[number]

/** What a token can be limited to, within its user's role; `write` = all that the role holds. */
export const tokenScopes = ['read', 'run', 'write'] as const
export type TokenScope = (typeof tokenScopes)[number]

const heldByRole: Readonly<Record<Role, Access>> = { viewer: 'read', editor: 'write', admin: 'manage' }

const rank = (access: Access): number => accessLevels.indexOf(access)

/**
 * What a user of this role may do; with a token, what the token leaves of it.
 *
 * @param scope null = no token, but a session of the user's own
 * @example
 * accessOf('admin', 'run') // 'run'
 */
export function accessOf(role: Role, scope: TokenScope | null): Access {
  const held = heldByRole[role]
  if (scope === null || scope === 'write') return held
  return rank(scope) < rank(held) ? scope : held
}

/** Whether who holds the one may do what needs the other. */
export function includesAccess(held: Access, needed: Access): boolean {
  return rank(held) >= rank(needed)
}

/** The least role that holds so much. */
export function leastRole(needed: Access): Role {
  return roles.find((role) => includesAccess(heldByRole[role], needed)) ?? 'admin'
}
