import { randomBytes } from 'node:crypto'
import { CairnError, includesAccess, type TokenSummary } from '@cairn/contract'
import {
  findToken,
  findUser,
  listTokens as list,
  revokeToken as revoke,
  storeToken,
  type TokenHolder,
  type TokenRecord,
} from '@cairn/store'
import { hashToken } from '../../http/authenticate.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'
import { requireWholeRole } from './require-whole-role.ts'

const dayMs = 24 * 3_600_000

export const listTokens: Operation<'listTokens'> = async ({ database }, { caller, query }) => {
  const userId = query.userId?.toLowerCase() ?? caller.userId
  requireOwnOrAdmin(caller, userId)
  const request = pageRequestOf(query)
  const page = await list(database.db, { tenantId: caller.tenantId, userId }, request)
  return { tokens: page.items.map(summarise), tokenCount: page.total, ...pageKeysOf(page, request) }
}

export const createToken: Operation<'createToken'> = async ({ database, clock }, { caller, body }) => {
  requireWholeRole(caller, 'createToken')
  const { tenantId } = caller
  const userId = body.userId?.toLowerCase() ?? caller.userId
  requireOwnOrAdmin(caller, userId)
  const token = `cairn_${randomBytes(32).toString('base64url')}`
  const { label, scope, expiresInDays } = body
  const expiresAt = expiresInDays === undefined ? null : new Date(clock.now() + expiresInDays * dayMs)
  const made = await database.transaction(async (tx) => {
    if ((await findUser(tx, { tenantId, userId })) === null) throw notFound('user', userId)
    const id = await storeToken(tx, { tenantId, userId, tokenHash: hashToken(token), label, scope, expiresAt })
    return id === null ? null : findToken(tx, tenantId, id)
  })
  if (made === null) throw new Error('a new token has the hash of another one')
  return { ...summarise(made), token }
}

export const revokeToken: Operation<'revokeToken'> = async ({ database }, { caller, params }) => {
  const { tenantId } = caller
  const tokenId = params.tokenId.toLowerCase()
  const token = await findToken(database.db, tenantId, tokenId)
  // Others learn nothing about a user's tokens.
  const isSeen = token !== null && (token.userId === caller.userId || includesAccess(caller.access, 'manage'))
  if (!isSeen) throw notFound('token', tokenId)
  if (tokenId !== caller.tokenId) requireWholeRole(caller, 'revokeToken')
  if (!(await database.transaction((tx) => revoke(tx, tenantId, tokenId)))) throw notFound('token', tokenId)
  return {}
}

function requireOwnOrAdmin(caller: TokenHolder, userId: string): void {
  if (userId === caller.userId || includesAccess(caller.access, 'manage')) return
  throw new CairnError('forbidden', `userId: tokens of others need the role admin: you hold ${caller.role}`)
}

function summarise(token: TokenRecord): TokenSummary {
  return {
    ...token,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
  }
}
