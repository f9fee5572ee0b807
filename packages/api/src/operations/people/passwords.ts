import { CairnError } from '@cairn/contract'
import { acceptInvitation as accept, changePassword as change, findInvited, readPasswordHash } from '@cairn/store'
import { hashToken } from '../../http/authenticate.ts'
import { invalid } from '../../http/error-answer.ts'
import type { Operation } from '../../operation.ts'
import { signedIn } from '../../sign-in/sign-in-events.ts'
import { sessionOf } from '../session/session-of.ts'
import { requireWholeRole } from './require-whole-role.ts'

export const acceptInvitation: Operation<'acceptInvitation'> = async (context, { body, browser, requestId }) => {
  if (browser.isOfOtherOrigin) throw new CairnError('forbidden', 'only pages of Cairn itself sign a browser in')
  const hash = hashToken(body.token)
  const invited = await findInvited(context.database.db, hash)
  if (invited === null) throw used()
  const given = { passwordHash: await context.signIns.hashPassword(body.password), name: body.name ?? null }
  if (!(await context.database.transaction((tx) => accept(tx, hash, given)))) throw used()
  const opened = await context.signIns.open({ userId: invited.userId, tokenId: null }, null)
  if (opened === null) throw used()
  await context.auditLog.record(signedIn('acceptInvitation', opened.holder, { address: browser.address, requestId }))
  browser.remember(opened.secret)
  return sessionOf(context, opened.holder)
}

function used(): CairnError {
  return new CairnError('unauthorized', 'this link was used or has ended; ask an admin for another one')
}

export const changePassword: Operation<'changePassword'> = async ({ database, signIns }, { caller, body, browser }) => {
  requireWholeRole(caller, 'changePassword')
  const known = await readPasswordHash(database.db, caller)
  if (known !== null && !(await signIns.isPasswordOf(caller.userEmail, body.currentPassword ?? '', known))) {
    throw invalid([{ field: 'currentPassword', rule: 'must be the password that you have now' }])
  }
  const passwordHash = await signIns.hashPassword(body.newPassword)
  const kept = browser.secret === null ? null : hashToken(browser.secret)
  await database.transaction((tx) => change(tx, caller, passwordHash, kept))
  return {}
}
