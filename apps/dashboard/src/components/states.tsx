import type { ReactElement, ReactNode } from 'react'

export function Loading(): ReactElement {
  return (
    <p role="status" className="py-8 text-faint">
      Loading…
    </p>
  )
}

/** `command` shows how to make the first one. */
export function Empty({ title, command }: { readonly title: string; readonly command: string }): ReactElement {
  return (
    <div className="rounded-lg border border-dashed border-line p-8">
      <p className="mb-3">{title}</p>
      <code className="block overflow-x-auto rounded bg-raised p-3 font-mono text-[13px]">{command}</code>
    </div>
  )
}

export function Failure({ error }: { readonly error: Error }): ReactElement {
  return (
    <p role="alert" className="my-4 rounded-lg border border-bad p-3 text-bad">
      {error.message}
    </p>
  )
}

/** What stands under the title while a reading fails and older data is on the screen, or in place of the data. */
export function ReadState({
  error,
  hasData,
}: {
  readonly error: Error | null
  readonly hasData: boolean
}): ReactElement | null {
  if (error === null) return hasData ? null : <Loading />
  if (!hasData) return <Failure error={error} />
  return (
    <p role="status" className="my-3 rounded-lg border border-warn p-2 text-warn">
      What you see may be old: {error.message}
    </p>
  )
}

export function PageHeader({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ReactNode
}): ReactElement {
  return (
    <header className="mb-5 flex flex-wrap items-center gap-3">
      <h1 className="min-w-0 basis-full text-xl font-semibold [overflow-wrap:anywhere] sm:flex-1 sm:basis-0">
        {title}
      </h1>
      {children}
    </header>
  )
}

export function Action({
  label,
  busy,
  onPress,
}: {
  readonly label: string
  readonly busy: boolean
  readonly onPress: () => void
}): ReactElement {
  return (
    <button
      type="button"
      disabled={busy}
      onClick={onPress}
      className="cursor-pointer rounded-md border border-line bg-raised px-3 py-1.5 font-medium disabled:cursor-default disabled:opacity-60"
    >
      {label}
    </button>
  )
}
