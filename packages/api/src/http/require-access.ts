import { accessNeededBy, CairnError, includesAccess, leastRole, type OperationId, roles } from '@cairn/contract'
import type { TokenHolder } from '@cairn/store'

/**
 * The one place where roles count. What the table does not name is refused.
 *
 * @throws {CairnError} `forbidden`, with the role that is needed and the one that is held
 */
export function requireAccess(operation: OperationId, caller: TokenHolder): void {
  const needed = accessNeededBy(operation) ?? 'manage'
  if (includesAccess(caller.access, needed)) return
  const role = leastRole(needed)
  const mayByRole = roles.indexOf(caller.role) >= roles.indexOf(role)
  const reason = mayByRole
    ? `the scope of this token is less than your role ${caller.role}; use a token that may ${needed}`
    : `you hold ${caller.role}; ask an admin of ${caller.tenantName}`
  throw new CairnError('forbidden', `${operation} needs the role ${role}: ${reason}`)
}
