import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Panel } from './panel.tsx'

/** Something that needs what the page shows. */
export interface User {
  readonly kind: 'workflow' | 'service' | 'run'
  readonly id: string
  readonly name: string
}

const linkClass = 'text-accent hover:underline'

function UserName({ user: { kind, id, name } }: { readonly user: User }): ReactElement {
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
      return <span>{name}</span>
    default:
      return kind satisfies never
  }
}

const kindTexts: Readonly<Record<User['kind'], string>> = {
  workflow: 'workflow',
  service: 'service',
  run: 'a run that goes on',
}

/** Where something is used, with links. */
export function UsedBy({ users }: { readonly users: readonly User[] }): ReactElement {
  return (
    <Panel title="Used by">
      {users.length === 0 ? (
        <p className="text-faint">Nothing uses it.</p>
      ) : (
        <ul className="flex flex-wrap gap-2">
          {users.map((user) => (
            <li key={`${user.kind} ${user.id}`} className="rounded-md border border-line bg-surface px-2.5 py-1">
              <UserName user={user} /> <span className="text-[12px] text-faint">{kindTexts[user.kind]}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
