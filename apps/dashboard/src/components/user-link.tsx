import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

/** Something that needs something else. */
export interface User {
  readonly kind: 'workflow' | 'service' | 'run' | 'image'
  readonly id: string
  readonly name: string
}

const linkClass = 'text-accent hover:underline'

/** Its name, which leads to its page where it has one by its id alone. */
export function UserLink({ user: { kind, id, name } }: { readonly user: User }): ReactElement {
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
    case 'run':
    case 'image':
      return <span>{name}</span>
    default:
      return kind satisfies never
  }
}
