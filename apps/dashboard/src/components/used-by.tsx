import type { ReactElement } from 'react'
import { Panel } from './panel.tsx'
import { type User, UserLink } from './user-link.tsx'

const kindTexts: Readonly<Record<User['kind'], string>> = {
  workflow: 'workflow',
  service: 'service',
  run: 'a run that goes on',
  image: 'image',
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
              <UserLink user={user} /> <span className="text-[12px] text-faint">{kindTexts[user.kind]}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
