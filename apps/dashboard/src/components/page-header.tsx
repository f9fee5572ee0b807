import { Link, type LinkProps } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'

export interface Crumb {
  readonly label: string
  readonly link: LinkProps
}

/** Title of a page, in the tab as well; `children` are its actions. */
export function PageHeader({
  title,
  crumbs = [],
  badge,
  text,
  children,
}: {
  readonly title: string
  readonly crumbs?: readonly Crumb[]
  readonly badge?: ReactNode
  readonly text?: ReactNode
  readonly children?: ReactNode
}): ReactElement {
  return (
    <header className="mb-5">
      <title>{`${title} · Cairn`}</title>
      {crumbs.length === 0 ? null : (
        <nav aria-label="Where this is" className="mb-1 flex flex-wrap items-center gap-1 text-[13px] text-faint">
          {crumbs.map(({ label, link }, at) => (
            <span key={label} className="inline-flex min-w-0 items-center gap-1">
              {at === 0 ? null : <ChevronRight size={13} aria-hidden />}
              <Link {...link} className="truncate hover:text-ink hover:underline">
                {label}
              </Link>
            </span>
          ))}
        </nav>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 text-xl leading-7 font-semibold [overflow-wrap:anywhere]">{title}</h1>
        {badge}
        {children === undefined ? null : <div className="flex flex-wrap items-center gap-2 sm:ml-auto">{children}</div>}
      </div>
      {text === undefined ? null : <div className="mt-1 text-faint">{text}</div>}
    </header>
  )
}
