import type { CairnClient } from '@cairn/sdk'
import { infiniteQueryOptions } from '@tanstack/react-query'

const pageSize = 10

/** Page by page, newest first. */
export function revisionsQuery(client: CairnClient, workflowId: number) {
  return infiniteQueryOptions({
    queryKey: ['workflow', workflowId, 'revisions'],
    queryFn: async ({ pageParam, signal }) => {
      const list = client.workflows.revisions.list(workflowId, { pageSize, pageNumber: pageParam }, { signal })
      for await (const page of list.pages()) return page
      throw new Error('the server answered no page')
    },
    initialPageParam: 1,
    getNextPageParam: ({ pageNumber, pageCount }) => (pageNumber < pageCount ? pageNumber + 1 : null),
  })
}
