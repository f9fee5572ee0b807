import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import { ErrorNote } from './error-note.tsx'
import { SkeletonRows } from './skeleton.tsx'
import { StaleBanner } from './stale-banner.tsx'

/**
 * What a reading shows in each of its states: a skeleton until it is there, why it failed, the data, and the data under a
 * note when it was there before and reading it again fails.
 */
export function Reading<Data>({
  of: { data, error, dataUpdatedAt, refetch },
  skeleton = <SkeletonRows rows={5} />,
  children,
}: {
  readonly of: UseQueryResult<Data>
  readonly skeleton?: ReactNode
  readonly children: (data: Data) => ReactNode
}): ReactElement {
  if (data === undefined) {
    return error === null ? <>{skeleton}</> : <ErrorNote error={error} onRetry={() => void refetch()} />
  }
  return (
    <>
      {error === null ? null : <StaleBanner error={error} readAt={dataUpdatedAt} />}
      {children(data)}
    </>
  )
}
