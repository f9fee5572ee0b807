import type { SecretSummary } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

type SecretUser = SecretSummary['usedBy'][number]

const linkClass = 'text-accent hover:underline'
const shownAtMost = 3

function SecretUserLink({ user: { kind, id, name } }: { readonly user: SecretUser }): ReactElement {
  switch (kind) {
    case 'workflow':
      return (
        <Link to="/workflows/$workflowId" params={{ workflowId: Number(id) }} className={linkClass}>
          {name}
        </Link>
      )
    case 'service':
      return (
        <Link to="/services/$serviceId" params={{ serviceId: id }} className={linkClass}>
          {name}
        </Link>
      )
    case 'image':
      return <span>{name}</span>
    default:
      return kind satisfies never
  }
}

/** What names a secret. */
export function SecretUsers({ secret: { usedBy, usedByCount } }: { readonly secret: SecretSummary }): ReactElement {
  if (usedByCount === 0) return <span className="text-faint">nothing</span>
  return (
    <span className="inline-flex flex-wrap gap-x-2">
      {usedBy.slice(0, shownAtMost).map((user) => (
        <SecretUserLink key={`${user.kind} ${user.id}`} user={user} />
      ))}
      {usedByCount > shownAtMost ? <span className="text-faint">and {usedByCount - shownAtMost} more</span> : null}
    </span>
  )
}
