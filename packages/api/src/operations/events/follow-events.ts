import { Readable } from 'node:stream'
import type { EventsReady, ResourceEvent } from '@cairn/contract'
import type { TenantChange } from '@cairn/store'
import type { FeedMessage } from '../../events/change-listener.ts'
import type { Operation } from '../../operation.ts'

export const followEvents: Operation<'followEvents'> = async ({ changeFeed }, { caller, query, stream, signal }) => {
  const messages = changeFeed.follow({
    tenantId: caller.tenantId,
    callerId: caller.tokenId ?? caller.userId,
    isStillAllowed: stream.isStillAllowed,
    kinds: query.kinds === undefined ? null : new Set(query.kinds),
    after: query.after ?? stream.lastEventId,
    gone: signal,
  })
  return { content: Readable.from(textOf(messages), { objectMode: false }) }
}

/** Browsers come back after so many milliseconds. */
const retryMs = 2000

async function* textOf(messages: AsyncGenerator<FeedMessage>): AsyncGenerator<string> {
  yield `retry: ${retryMs}\n\n`
  for await (const message of messages) yield written(message)
}

function written(message: FeedMessage): string {
  switch (message.kind) {
    case 'ready': {
      const data: EventsReady = { resumed: message.resumed }
      return `id: ${message.position}\nevent: ready\ndata: ${JSON.stringify(data)}\n\n`
    }
    case 'changes':
      // A position is passed only with the last of its changes.
      return `${message.changes.map((change) => `event: change\ndata: ${JSON.stringify(eventOf(change))}\n\n`).join('')}id: ${message.position}\n\n`
    case 'quiet':
      return `: nothing has changed\nid: ${message.position}\n\n`
    case 'reset':
      return 'event: reset\ndata: {}\n\n'
    default:
      return message satisfies never
  }
}

function eventOf({ kind, id, parentId, change }: TenantChange): ResourceEvent {
  return { kind, id, ...(parentId !== null && { parentId }), change }
}
