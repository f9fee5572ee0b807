import { accessOf, CairnError } from '@cairn/contract'
import type { TokenHolder } from '@cairn/store'

/**
 * What makes or changes proofs of identity is not for tokens that are limited: they could shed their limits by it.
 *
 * @throws {CairnError} `forbidden`
 */
export function requireWholeRole(caller: TokenHolder, operation: string): void {
  if (caller.access === accessOf(caller.role, null)) return
  throw new CairnError(
    'forbidden',
    `${operation} needs a session, or a token whose scope is write; this one may only ${caller.access}`,
  )
}
