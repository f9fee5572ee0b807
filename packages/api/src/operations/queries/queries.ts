import { CairnError } from '@cairn/contract'
import { sqlTextProblem } from '@cairn/domain'
import {
  deleteQuery as remove,
  findQuery,
  listQueries as list,
  listQueryUsers,
  listQueryVersions as listVersions,
  putQuery as put,
  type QueryVersionRecord,
} from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound, refusedField } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'

export const listQueries: Operation<'listQueries'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(context.database.db, caller.tenantId, query.searchTerm ?? '', request)
  return {
    queries: page.items.map(({ createdAt, updatedAt, ...item }) => ({
      ...item,
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
    })),
    queryCount: page.total,
    ...pageKeysOf(page, request),
  }
}

/** @throws {CairnError} `invalid_request` also for a text that no value could ever be put into safely */
export const putQuery: Operation<'putQuery'> = async (context, { caller, body }) => {
  const { path, text } = body
  const problem = sqlTextProblem(text)
  if (problem !== null) throw refusedField('invalid_request', 'text', problem)
  const version = await context.database.transaction(async (tx) => {
    const written = await put(tx, { tenantId: caller.tenantId, path, text, by: caller.userEmail })
    if (written.isNew) {
      await recordChange(tx, caller, { type: 'query.written', id: path, facts: { version: written.version } })
    }
    return written.version
  })
  return { path, version }
}

export const getQuery: Operation<'getQuery'> = async (context, { caller, query }) => {
  const { path, version = null } = query
  const { db } = context.database
  const found = await findQuery(db, caller.tenantId, path, version)
  if (found === null) throw notFound('query', version === null ? `"${path}"` : `"${path}", version ${version},`)
  const usedBy = await listQueryUsers(db, caller.tenantId, path)
  return { path, ...describeVersion(found), text: found.text, usedBy: [...usedBy] }
}

export const listQueryVersions: Operation<'listQueryVersions'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await listVersions(context.database.db, caller.tenantId, query.path, request)
  if (page === null) throw notFound('query', `"${query.path}"`)
  return { versions: page.items.map(describeVersion), versionCount: page.total, ...pageKeysOf(page, request) }
}

function describeVersion({ version, sizeBytes, createdAt, createdBy }: QueryVersionRecord) {
  return { version, sizeBytes, createdAt: createdAt.toISOString(), createdBy }
}

export const deleteQuery: Operation<'deleteQuery'> = async (context, { caller, query }) => {
  const { path } = query
  await context.database.transaction(async (tx) => {
    const deletion = await remove(tx, caller.tenantId, path)
    if (deletion.kind === 'unknown') throw notFound('query', `"${path}"`)
    if (deletion.kind === 'in_use') {
      const users = deletion.workflows.map(({ id, name }) => `workflow ${id} ("${name}")`)
      throw new CairnError('conflict', `query "${path}" is used by ${users.join(', ')}; take it out there first`)
    }
    await recordChange(tx, caller, { type: 'query.deleted', id: path })
  })
  return {}
}
