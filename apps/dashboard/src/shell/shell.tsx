import { Outlet, useLocation } from '@tanstack/react-router'
import { Menu, X } from 'lucide-react'
import { lazy, type ReactElement, Suspense, useEffect, useRef, useState } from 'react'
import { IconButton } from '../components/button.tsx'
import { Logo } from '../components/logo.tsx'
import { useModal } from '../components/use-modal.ts'
import { Toasts } from '../components/toasts.tsx'
import { LiveUpdates } from '../live/live-updates.tsx'
import { SessionGate } from '../session/session-gate.tsx'
import { useSearchKey } from '../features/search/use-search-key.ts'
import { invitationPath } from './open-paths.ts'
import { Sidebar } from './sidebar.tsx'

const SearchPalette = lazy(async () => ({
  default: (await import('../features/search/search-palette.tsx')).SearchPalette,
}))

/** The sidebar in a drawer, for narrow screens. */
function Drawer({ onClose, onSearch }: { readonly onClose: () => void; readonly onSearch: () => void }): ReactElement {
  const drawer = useModal()
  return (
    <dialog
      ref={drawer}
      aria-label="Menu"
      onCancel={onClose}
      onClick={(event) => {
        if (event.target === drawer.current) onClose()
      }}
      className="m-0 h-dvh max-h-none w-64 max-w-[85vw] border-r border-line bg-surface p-0 text-ink"
    >
      <div className="absolute top-2 right-2">
        <IconButton icon={X} label="Close the menu" onClick={onClose} />
      </div>
      <Sidebar
        onNavigate={onClose}
        onSearch={() => {
          onClose()
          onSearch()
        }}
      />
    </dialog>
  )
}

function Frame(): ReactElement {
  const [isMenuOpen, setMenuOpen] = useState(false)
  const search = useSearchKey()
  const path = useLocation({ select: ({ pathname }) => pathname })
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which is no clean-up.
    main.current?.scrollTo({ top: 0 })
  }, [path])
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-surface focus:p-2"
      >
        Skip to the content
      </a>
      <aside className="w-56 shrink-0 border-r border-line bg-surface max-md:hidden">
        <Sidebar onNavigate={() => undefined} onSearch={search.open} />
      </aside>
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-surface px-2 md:hidden">
        <IconButton icon={Menu} label="Open the menu" onClick={() => setMenuOpen(true)} />
        <Logo size={20} />
        <span className="font-semibold">Cairn</span>
      </div>
      <LiveUpdates />
      {search.isOpen ? (
        <Suspense>
          <SearchPalette onClose={search.close} />
        </Suspense>
      ) : null}
      {isMenuOpen ? <Drawer onClose={() => setMenuOpen(false)} onSearch={search.open} /> : null}
      <main ref={main} id="main" tabIndex={-1} className="min-w-0 flex-1 overflow-y-auto outline-none">
        <div className="mx-auto max-w-[1400px] px-4 py-5 md:px-8 md:py-6">
          <Outlet />
        </div>
      </main>
    </div>
  )
}

export function Shell(): ReactElement {
  const path = useLocation({ select: ({ pathname }) => pathname })
  if (path === invitationPath) return <Outlet />
  return (
    <Toasts>
      <SessionGate>
        <Frame />
      </SessionGate>
    </Toasts>
  )
}
