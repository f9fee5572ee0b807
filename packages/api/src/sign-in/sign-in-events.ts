import { errorCatalog } from '@cairn/contract'
import type { NewAuditEvent, TokenHolder, UserKey } from '@cairn/store'
import type { SignInPlace, SignInProof } from './sign-in-proof.ts'

type Place = Pick<SignInPlace, 'address' | 'requestId'>

/** Somebody signed in by this operation. */
export function signedIn(operation: string, holder: TokenHolder, place: Place): NewAuditEvent {
  const { tenantId, userId, userEmail, tokenLabel } = holder
  return { ...sessionEvent(operation, place), tenantId, userId, userEmail, tokenLabel, status: 200, errorCode: null }
}

/** Somebody gave another password than that of the user. */
export function wrongPassword({ tenantId, userId }: UserKey, proof: SignInProof, place: Place): NewAuditEvent {
  const userEmail = proof.kind === 'password' ? proof.email.toLowerCase() : null
  const refused = { status: errorCatalog.unauthorized.status, errorCode: 'unauthorized' }
  return { ...sessionEvent('createSession', place), ...refused, tenantId, userId, userEmail, tokenLabel: null }
}

/** A provider of identities proved a user who may not sign in. */
export function refusedIdentity(
  { tenantId, userId, userEmail }: UserKey & { readonly userEmail: string },
  place: Place,
): NewAuditEvent {
  const refused = { status: errorCatalog.forbidden.status, errorCode: 'forbidden' }
  return { ...sessionEvent('createSession', place), ...refused, tenantId, userId, userEmail, tokenLabel: null }
}

function sessionEvent(operation: string, { address, requestId }: Place) {
  return { operation, resourceKind: 'session', resourceId: null, resourceName: null, address, requestId }
}
