import type { CairnClient, Role } from '@cairn/sdk'
import { queryOptions } from '@tanstack/react-query'
import { refreshMs } from '../../live/refresh.ts'

/** No more are read at once. */
export const mostUsers = 500
const mostTokens = 500

export function userListQuery(client: CairnClient) {
  return queryOptions({
    queryKey: ['user', 'list'],
    queryFn: ({ signal }) => client.people.listUsers({ pageSize: 100 }, { signal }).all({ limit: mostUsers }),
    refetchInterval: refreshMs.resting,
  })
}

/** @param userId null = the own ones */
export function tokenListQuery(client: CairnClient, userId: string | null) {
  return queryOptions({
    queryKey: ['token', 'list', userId],
    queryFn: ({ signal }) => {
      const query = { pageSize: 100, ...(userId !== null && { userId }) }
      return client.people.listTokens(query, { signal }).all({ limit: mostTokens })
    },
    refetchInterval: refreshMs.resting,
  })
}

export const roleChoices: readonly (readonly [value: Role, label: string])[] = [
  ['viewer', 'Viewer – looks'],
  ['editor', 'Editor – runs and changes'],
  ['admin', 'Admin – manages people as well'],
]
