import type { CairnClient } from '@cairn/sdk'
import { queryOptions } from '@tanstack/react-query'

const mostImages = 200

/** Images that a step may run in; those that were made for workflows first. */
export function imageChoiceQuery(client: CairnClient) {
  return queryOptions({
    queryKey: ['image', 'list', 'choice'],
    queryFn: async ({ signal }) => {
      const images = await client.images.listImages({ pageSize: mostImages }, { signal }).all({ limit: mostImages })
      const [first, others] = [
        images.filter(({ type }) => type === 'workflow'),
        images.filter(({ type }) => type !== 'workflow'),
      ]
      return [...first, ...others]
    },
  })
}
