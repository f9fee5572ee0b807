import { randomBytes } from 'node:crypto'
import { CairnError, type Invitation, type User } from '@cairn/contract'
import { isMailAddress } from '@cairn/domain'
import {
  deleteUser as remove,
  findUser,
  insertUser,
  listUsers as list,
  openInvitation,
  type TokenHolder,
  type Tx,
  updateUser as update,
  type UserKey,
  type UserOutcome,
  type UserRecord,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import { hashToken } from '../../http/authenticate.ts'
import { invalid } from '../../http/error-answer.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

const invitationMs = 7 * 24 * 3_600_000

export const listUsers: Operation<'listUsers'> = async ({ database }, { caller, query }) => {
  const request = pageRequestOf(query)
  const filter = { searchTerm: query.searchTerm ?? '', roles: query.role ?? null, statuses: query.status ?? null }
  const page = await list(database.db, caller.tenantId, filter, request)
  return { users: page.items.map(toUser), userCount: page.total, ...pageKeysOf(page, request) }
}

export const describeUser: Operation<'describeUser'> = async (context, { caller, params }) =>
  readUser(context, keyOf(caller, params))

export const inviteUser: Operation<'inviteUser'> = async (context, { caller, body }) => {
  const { email, role, name = email } = body
  if (!isMailAddress(email))
    throw invalid([{ field: 'email', rule: 'must be one e-mail address, e.g. ann@example.com' }])
  const { tenantId, userEmail: by } = caller
  const invited = await context.database.transaction(async (tx) => {
    const userId = await insertUser(tx, { tenantId, email, name, role, by })
    if (userId === null) throw new CairnError('name_taken', `email: ${email} is a user of this tenant already`)
    return invite(context, tx, { tenantId, userId })
  })
  return toInvitation(context, invited)
}

export const renewInvitation: Operation<'renewInvitation'> = async (context, { caller, params }) => {
  const key = keyOf(caller, params)
  await readUser(context, key)
  return toInvitation(context, await context.database.transaction((tx) => invite(context, tx, key)))
}

export const updateUser: Operation<'updateUser'> = async (context, { caller, params, body }) => {
  const key = keyOf(caller, params)
  accept(key, await context.database.transaction((tx) => update(tx, key, body)))
  return readUser(context, key)
}

export const deleteUser: Operation<'deleteUser'> = async ({ database }, { caller, params }) => {
  const key = keyOf(caller, params)
  accept(key, await database.transaction((tx) => remove(tx, key)))
  return {}
}

function keyOf({ tenantId }: TokenHolder, { userId }: { readonly userId: string }): UserKey {
  return { tenantId, userId: userId.toLowerCase() }
}

function accept({ userId }: UserKey, outcome: UserOutcome): void {
  if (outcome === 'unknown') throw notFound('user', userId)
  if (outcome === 'last_admin') {
    throw new CairnError('conflict', `user ${userId} is the last admin; give somebody else the role admin first`)
  }
}

interface Invited {
  readonly key: UserKey
  readonly token: string
  readonly expiresAt: Date
}

async function invite({ clock }: ApiContext, tx: Tx, key: UserKey): Promise<Invited> {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = new Date(clock.now() + invitationMs)
  const isOpen = await openInvitation(tx, key, { hash: hashToken(token), expiresAt })
  if (!isOpen) throw new CairnError('conflict', `user ${key.userId} is disabled; enable the user first`)
  return { key, token, expiresAt }
}

/** The token is behind the `#`, which browsers send to no server: it stands in no log. */
async function toInvitation(context: ApiContext, { key, token, expiresAt }: Invited): Promise<Invitation> {
  const url = `${context.publicUrl.replace(/\/$/, '')}/invitation#${token}`
  return { user: await readUser(context, key), url, expiresAt: expiresAt.toISOString() }
}

async function readUser({ database }: ApiContext, key: UserKey): Promise<User> {
  const user = await findUser(database.db, key)
  if (user === null) throw notFound('user', key.userId)
  return toUser(user)
}

function toUser(user: UserRecord): User {
  return {
    ...user,
    createdAt: user.createdAt.toISOString(),
    lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
    invitationExpiresAt: user.invitationExpiresAt?.toISOString() ?? null,
  }
}
