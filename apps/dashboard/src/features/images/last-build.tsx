import type { BuildStatus } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { StatusBadge } from '../../components/status-badge.tsx'

/**
 * How the last build of a version ended.
 *
 * @param wasBuilt the API says `stopped` of a version that was never built as well
 */
export function LastBuild({
  status,
  wasBuilt,
}: {
  readonly status: BuildStatus
  readonly wasBuilt: boolean
}): ReactElement {
  return wasBuilt ? <StatusBadge status={status} /> : <span className="text-faint">not built yet</span>
}
