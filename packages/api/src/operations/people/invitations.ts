import { randomBytes } from 'node:crypto'
import { CairnError, type Invitation, type User } from '@cairn/contract'
import { deliveryPatienceMs, isAllowedRecipient, isMailAddress } from '@cairn/domain'
import {
  insertUser,
  openInvitation,
  placeOfInvitation,
  queueInvitationMail,
  type TokenHolder,
  type Tx,
  type UserKey,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import { hashToken } from '../../http/authenticate.ts'
import { invalid } from '../../http/error-answer.ts'
import type { Operation } from '../../operation.ts'
import { keyOf, readUser } from './users.ts'

const invitationMs = 7 * 24 * 3_600_000

export const inviteUser: Operation<'inviteUser'> = async (context, { caller, body }) => {
  const { email, role, name = email, mail: isMailWanted = true } = body
  if (!isMailAddress(email))
    throw invalid([{ field: 'email', rule: 'must be one e-mail address, e.g. ann@example.com' }])
  const { tenantId, userEmail: by } = caller
  const invited = await context.database.transaction(async (tx) => {
    const userId = await insertUser(tx, { tenantId, email, name, role, by })
    if (userId === null) throw new CairnError('name_taken', `email: ${email} is a user of this tenant already`)
    return invite(context, tx, { key: { tenantId, userId }, email, isMailWanted, by: caller })
  })
  return toInvitation(context, invited)
}

export const renewInvitation: Operation<'renewInvitation'> = async (context, { caller, params }) => {
  const key = keyOf(caller, params)
  const { email } = await readUser(context, key)
  const invited = await context.database.transaction((tx) =>
    invite(context, tx, { key, email, isMailWanted: true, by: caller }),
  )
  return toInvitation(context, invited)
}

interface Invited {
  readonly key: UserKey
  readonly url: string
  readonly expiresAt: Date
  readonly mailed: boolean
}

async function invite(
  { clock, publicUrl, mailDomains, secretCipher }: ApiContext,
  tx: Tx,
  who: { readonly key: UserKey; readonly email: string; readonly isMailWanted: boolean; readonly by: TokenHolder },
): Promise<Invited> {
  const { key, email, isMailWanted, by } = who
  const token = randomBytes(32).toString('base64url')
  // The token is behind the `#`, which browsers send to no server: it stands in no log.
  const url = `${publicUrl.replace(/\/$/, '')}/invitation#${token}`
  const now = clock.now()
  const expiresAt = new Date(now + invitationMs)
  const invitationHash = hashToken(token)
  const isOpen = await openInvitation(tx, key, { hash: invitationHash, expiresAt })
  if (!isOpen) throw new CairnError('conflict', `user ${key.userId} is disabled; enable the user first`)
  const mailed = isMailWanted && mailDomains !== null && isAllowedRecipient(email, mailDomains)
  if (mailed) {
    const link = secretCipher.seal(url, placeOfInvitation(key))
    const times = { at: new Date(now), giveUpAt: new Date(now + deliveryPatienceMs) }
    await queueInvitationMail(tx, { ...key, invitationHash, link, invitedBy: by.userEmail, ...times })
  }
  return { key, url, expiresAt, mailed }
}

async function toInvitation(context: ApiContext, { key, url, expiresAt, mailed }: Invited): Promise<Invitation> {
  if (mailed) context.hints.notify('work')
  const user: User = await readUser(context, key)
  return { user, url, expiresAt: expiresAt.toISOString(), mailed }
}
