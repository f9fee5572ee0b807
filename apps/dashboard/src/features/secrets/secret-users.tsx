import type { SecretSummary } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { UserLink } from '../../components/user-link.tsx'

const shownAtMost = 3

/** What names a secret. */
export function SecretUsers({ secret: { usedBy, usedByCount } }: { readonly secret: SecretSummary }): ReactElement {
  if (usedByCount === 0) return <span className="text-faint">nothing</span>
  return (
    <span className="inline-flex flex-wrap gap-x-2">
      {usedBy.slice(0, shownAtMost).map((user) => (
        <UserLink key={`${user.kind} ${user.id}`} user={user} />
      ))}
      {usedByCount > shownAtMost ? <span className="text-faint">and {usedByCount - shownAtMost} more</span> : null}
    </span>
  )
}
