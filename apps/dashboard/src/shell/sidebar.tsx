import { Link } from '@tanstack/react-router'
import { BookOpen, Braces, LogOut, Search } from 'lucide-react'
import { type ReactElement, useContext } from 'react'
import { IconButton } from '../components/button.tsx'
import { Logo } from '../components/logo.tsx'
import { useSession } from '../session/client-context.ts'
import { SignOutContext } from '../session/sign-out-context.ts'
import { UnreadCount } from '../features/notifications/unread-count.tsx'
import { ThemeButton } from './theme-button.tsx'
import { usePlaceGroups } from './use-place-groups.ts'

const entry =
  'flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-faint transition-colors hover:bg-raised hover:text-ink'

function Places({ onNavigate }: { readonly onNavigate: () => void }): ReactElement {
  return (
    <nav aria-label="Main" className="flex-1 overflow-y-auto px-2 pb-4">
      {usePlaceGroups().map(({ title, places }) => (
        <div key={title ?? ''} className="mt-3">
          {title === null ? null : <p className="mb-1 px-2 text-[12px] text-faint">{title}</p>}
          <ul>
            {places.map(({ label, to, icon: Icon }) => (
              <li key={label}>
                <Link
                  to={to}
                  onClick={onNavigate}
                  activeOptions={{ exact: to === '/' }}
                  activeProps={{ className: 'bg-raised !text-ink', 'aria-current': 'page' }}
                  className={entry}
                >
                  <Icon size={16} aria-hidden />
                  {label}
                  {to === '/notifications' ? <UnreadCount /> : null}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

/** Who is signed in, which leads to their account. */
function Account({ onNavigate }: { readonly onNavigate: () => void }): ReactElement {
  const signOut = useContext(SignOutContext)
  const { user, role, tenant } = useSession()
  return (
    <div className="mt-1 flex items-center gap-1 border-t border-line pt-2">
      <Link
        to="/account"
        onClick={onNavigate}
        title={`Account of ${user.email}`}
        activeProps={{ className: 'bg-raised', 'aria-current': 'page' }}
        className="min-w-0 flex-1 rounded-md px-2 py-1 text-[12px] leading-4 hover:bg-raised"
      >
        <span className="block truncate">{user.name === '' ? user.email : user.name}</span>
        <span className="block truncate text-faint">
          {role} · {tenant.name}
        </span>
      </Link>
      <ThemeButton />
      <IconButton icon={LogOut} label="Sign out" onClick={signOut} />
    </div>
  )
}

/**
 * @param onNavigate called when a place was chosen
 * @param onSearch called when the search over everything is wanted
 */
export function Sidebar({
  onNavigate,
  onSearch,
}: {
  readonly onNavigate: () => void
  readonly onSearch: () => void
}): ReactElement {
  return (
    <div className="flex h-full flex-col">
      <Link to="/" onClick={onNavigate} className="flex h-12 items-center gap-2 px-4 text-[15px] font-semibold">
        <Logo size={20} />
        Cairn
      </Link>
      <div className="px-2">
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 w-full items-center gap-2.5 rounded-md border border-line px-2 text-faint hover:bg-raised hover:text-ink"
        >
          <Search size={15} aria-hidden />
          Search
          <kbd className="ml-auto font-sans text-[12px]">Ctrl K</kbd>
        </button>
      </div>
      <Places onNavigate={onNavigate} />
      <div className="border-t border-line px-2 py-2">
        <a href="/docs/" className={entry}>
          <BookOpen size={16} aria-hidden />
          Docs
        </a>
        <a href="/api-docs" className={entry}>
          <Braces size={16} aria-hidden />
          API reference
        </a>
        <Account onNavigate={onNavigate} />
      </div>
    </div>
  )
}
