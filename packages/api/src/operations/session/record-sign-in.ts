import { errorCatalog } from '@cairn/contract'
import type { NewAuditEvent, TokenHolder } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { SignInOutcome } from '../../sign-in/sign-in-checker.ts'

/** From where somebody signs in. */
export interface SignInPlace {
  readonly address: string
  readonly requestId: string
}

/** Adds a sign-in to the audit log: one that went well, or one with a wrong password for each user whom it can have meant. */
export async function recordSignIn(
  { auditLog }: ApiContext,
  outcome: SignInOutcome,
  { email, ...place }: SignInPlace & { readonly email: string },
): Promise<void> {
  if (outcome.kind === 'signed-in') await auditLog.record(signedIn('createSession', outcome.holder, place))
  if (outcome.kind !== 'refused') return
  const refused = { status: errorCatalog.unauthorized.status, errorCode: 'unauthorized' }
  const events = outcome.meant.map(({ tenantId, userId }) => ({
    ...session('createSession', place),
    ...refused,
    tenantId,
    userId,
    userEmail: email.toLowerCase(),
    tokenLabel: null,
  }))
  await Promise.all(events.map((event) => auditLog.record(event)))
}

export function signedIn(operation: string, holder: TokenHolder, place: SignInPlace): NewAuditEvent {
  const { tenantId, userId, userEmail, tokenLabel } = holder
  return { ...session(operation, place), tenantId, userId, userEmail, tokenLabel, status: 200, errorCode: null }
}

function session(operation: string, place: SignInPlace) {
  return { operation, resourceKind: 'session', resourceId: null, resourceName: null, ...place }
}
