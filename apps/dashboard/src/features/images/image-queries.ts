import type { CairnClient } from '@cairn/sdk'
import { queryOptions } from '@tanstack/react-query'
import { refreshMs, refreshOf } from '../../live/refresh.ts'

/** No more are read at once. */
export const mostImages = 500
const mostVersions = 200
const mostBuilds = 100

export function imageListQuery(client: CairnClient) {
  return queryOptions({
    queryKey: ['image', 'list'],
    queryFn: ({ signal }) => client.images.listImages({ pageSize: mostImages }, { signal }).all({ limit: mostImages }),
    refetchInterval: refreshMs.resting,
  })
}

export function imageQuery(client: CairnClient, imageId: number) {
  return queryOptions({
    queryKey: ['image', imageId, 'details'],
    queryFn: ({ signal }) => client.images.describeImage(imageId, { signal }),
    refetchInterval: refreshMs.resting,
  })
}

export function imageVersionsQuery(client: CairnClient, imageId: number) {
  return queryOptions({
    queryKey: ['image', imageId, 'versions'],
    queryFn: ({ signal }) =>
      client.images.listImageVersions(imageId, { pageSize: mostVersions }, { signal }).all({ limit: mostVersions }),
    refetchInterval: refreshMs.resting,
  })
}

export function imageBuildsQuery(client: CairnClient, imageId: number) {
  return queryOptions({
    queryKey: ['image', imageId, 'builds'],
    queryFn: ({ signal }) =>
      client.images.listImageBuilds(imageId, { pageSize: mostBuilds }, { signal }).all({ limit: mostBuilds }),
    refetchInterval: refreshMs.resting,
  })
}

export function imageVersionQuery(
  client: CairnClient,
  { imageId, versionId }: { readonly imageId: number; readonly versionId: number },
) {
  return queryOptions({
    queryKey: ['image', imageId, 'version', versionId],
    queryFn: ({ signal }) => client.images.describeVersion(imageId, versionId, { signal }),
    refetchInterval: ({ state }) => refreshOf(state.data?.lastBuildStatus === 'building'),
  })
}
