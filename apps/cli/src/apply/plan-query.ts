import type { Document } from './document.ts'
import { differencesOf } from './differences.ts'
import { checkBody } from '../commands/shared/request-body.ts'
import { orNull } from './or-null.ts'
import type { Planned, Planning } from './planned.ts'

export async function planQuery({ name, source, body }: Document, { client, session }: Planning): Promise<Planned> {
  const { path, text } = await checkBody('putQuery', body, source, session)
  const current = await orNull(client.queries.getQuery(path))
  const differences = current === null ? [] : differencesOf({ text: current.text }, { text }, { whole: [] })
  const action = current === null ? 'create' : differences.length === 0 ? 'none' : 'update'
  return {
    kind: 'query',
    name,
    source,
    action,
    differences,
    consequences: action === 'update' ? ['the next runs of steps that use it run the new text'] : [],
    carryOut: action === 'none' ? null : () => client.queries.putQuery(path, text),
  }
}
