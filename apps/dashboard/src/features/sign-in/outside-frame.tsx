import type { ReactElement, ReactNode } from 'react'
import { Logo } from '../../components/logo.tsx'

/** The frame of screens for who is not signed in. */
export function OutsideFrame({
  title,
  children,
}: {
  readonly title: string
  readonly children: ReactNode
}): ReactElement {
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center px-5 pb-24">
      <title>{`${title} · Cairn`}</title>
      <div className="mb-6 flex items-center gap-2.5">
        <Logo size={28} />
        <h1 className="text-lg font-semibold">{title}</h1>
      </div>
      {children}
    </main>
  )
}
