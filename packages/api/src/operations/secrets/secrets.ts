import { CairnError } from '@cairn/contract'
import {
  deleteSecret as remove,
  insertSecret,
  listSecrets as list,
  mostSecretUsers,
  replaceSecret,
  type SecretRecord,
  type SecretUser,
  type SecretWrite,
  type TokenHolder,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'

export const listSecrets: Operation<'listSecrets'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(context.database.db, caller.tenantId, query.searchTerm ?? '', request)
  return { secrets: page.items.map(summarise), secretCount: page.total, ...pageKeysOf(page, request) }
}

function summarise(secret: SecretRecord) {
  return {
    ...secret,
    createdAt: secret.createdAt.toISOString(),
    updatedAt: secret.updatedAt.toISOString(),
    usedBy: [...secret.usedBy],
  }
}

export const createSecret: Operation<'createSecret'> = async (context, { caller, body }) => {
  const write = sealFor(context, caller, body)
  await context.database.transaction(async (tx) => {
    if (!(await insertSecret(tx, write))) {
      throw new CairnError('name_taken', `name: the name "${body.name}" is already in use by a secret`)
    }
    await recordChange(tx, caller, { type: 'secret.created', id: body.name })
  })
  return { name: body.name, version: 1 }
}

export const rotateSecret: Operation<'rotateSecret'> = async (context, { caller, params, body }) => {
  const name = params.secretName
  const write = sealFor(context, caller, { name, value: body.value })
  const version = await context.database.transaction(async (tx) => {
    const replaced = await replaceSecret(tx, write)
    if (replaced === null) throw notFound('secret', `"${name}"`)
    await recordChange(tx, caller, { type: 'secret.rotated', id: name, facts: { version: replaced } })
    return replaced
  })
  return { name, version }
}

export const deleteSecret: Operation<'deleteSecret'> = async (context, { caller, params }) => {
  const name = params.secretName
  await context.database.transaction(async (tx) => {
    const deletion = await remove(tx, { tenantId: caller.tenantId, name })
    if (deletion.kind === 'unknown') throw notFound('secret', `"${name}"`)
    if (deletion.kind === 'in_use') throw inUse(name, deletion.usedBy)
    await recordChange(tx, caller, { type: 'secret.deleted', id: name })
  })
  return {}
}

function sealFor(
  { secretCipher }: ApiContext,
  { tenantId, userEmail }: TokenHolder,
  { name, value }: { readonly name: string; readonly value: string },
): SecretWrite {
  return { tenantId, name, secret: secretCipher.seal(value, { tenantId, name }), by: userEmail }
}

const namedInMessage = 5

function inUse(name: string, usedBy: readonly SecretUser[]): CairnError {
  const users = usedBy.slice(0, namedInMessage).map((user) => `${user.kind} ${user.id} ("${user.name}")`)
  const others = usedBy.length - users.length
  const more = others === 0 ? '' : ` and ${usedBy.length === mostSecretUsers ? 'at least ' : ''}${others} more`
  return new CairnError(
    'conflict',
    `secret "${name}" is used by ${users.join(', ')}${more}; take it out there first, or give it another value by PUT`,
  )
}
