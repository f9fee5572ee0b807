import type { ResourceEvent } from '@cairn/sdk'

type Key = readonly (string | number)[]

/** Which readings are not true any more after an event, by how their keys begin; see `refresh.ts`. */
export function staleKeys({ kind, id, parentId = '' }: ResourceEvent): readonly Key[] {
  switch (kind) {
    case 'execution':
      return [
        ['run', id],
        ['run', 'list', Number(parentId)],
        ['workflow', 'list'],
        ['workflow', Number(parentId)],
      ]
    case 'step':
      return [['run', parentId]]
    case 'schedule':
      return [['schedule'], ['workflow', 'list'], ['workflow', Number(id)]]
    case 'delivery':
      return [['delivery'], ['inbox']]
    case 'instance':
      return [['service', parentId]]
    case 'build':
      return [['build'], ['image', Number(parentId)], ['image', 'list']]
    case 'workflow':
    case 'image':
      return [
        [kind, 'list'],
        [kind, Number(id)],
      ]
    case 'service':
      return [
        [kind, 'list'],
        [kind, id],
      ]
    case 'artifact':
    case 'secret':
    case 'query':
      return [[kind]]
    default:
      return kind satisfies never
  }
}
