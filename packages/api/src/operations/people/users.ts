import { CairnError, type User } from '@cairn/contract'
import {
  deleteUser as remove,
  findUser,
  listUsers as list,
  type TokenHolder,
  updateUser as update,
  type UserKey,
  type UserOutcome,
  type UserRecord,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

export const listUsers: Operation<'listUsers'> = async ({ database }, { caller, query }) => {
  const request = pageRequestOf(query)
  const filter = { searchTerm: query.searchTerm ?? '', roles: query.role ?? null, statuses: query.status ?? null }
  const page = await list(database.db, caller.tenantId, filter, request)
  return { users: page.items.map(toUser), userCount: page.total, ...pageKeysOf(page, request) }
}

export const describeUser: Operation<'describeUser'> = async (context, { caller, params }) =>
  readUser(context, keyOf(caller, params))

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

export function keyOf({ tenantId }: TokenHolder, { userId }: { readonly userId: string }): UserKey {
  return { tenantId, userId: userId.toLowerCase() }
}

function accept({ userId }: UserKey, outcome: UserOutcome): void {
  if (outcome === 'unknown') throw notFound('user', userId)
  if (outcome === 'last_admin') {
    throw new CairnError('conflict', `user ${userId} is the last admin; give somebody else the role admin first`)
  }
}

export async function readUser({ database }: ApiContext, key: UserKey): Promise<User> {
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
