import { composeMessage } from '@cairn/domain'
import { listInbox as list, markInboxEntryRead as markEntry, markInboxRead as markAll } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

export const listInbox: Operation<'listInbox'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(context.database.db, caller, query, request)
  const entries = page.items.map(({ id, event, facts, createdAt, readAt }) => {
    const { title, text } = composeMessage(facts, event)
    const { workflowId, workflowName, executionId } = facts
    const times = { createdAt: createdAt.toISOString(), readAt: readAt?.toISOString() ?? null }
    return { id, event, title, text, workflowId, workflowName, executionId, ...times }
  })
  return { entries, entriesCount: page.total, unreadCount: page.unread, ...pageKeysOf(page, request) }
}

export const markInboxRead: Operation<'markInboxRead'> = async (context, { caller }) => {
  await markAll(context.database.db, caller)
  return {}
}

export const markInboxEntryRead: Operation<'markInboxEntryRead'> = async (context, { caller, params }) => {
  if (!(await markEntry(context.database.db, caller, params.entryId))) throw notFound('inbox entry', params.entryId)
  return {}
}
