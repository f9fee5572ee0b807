import type { LucideIcon } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'

/** What stands where nothing is yet: what the thing is for, one command that makes the first, and a sample to start from. */
export function EmptyState({
  icon: Icon,
  title,
  text,
  command,
  sample,
  children,
}: {
  readonly icon: LucideIcon
  readonly title: string
  readonly text: string
  readonly command?: string
  /** Content of a file that the command takes. */
  readonly sample?: { readonly fileName: string; readonly content: string }
  readonly children?: ReactNode
}): ReactElement {
  return (
    <div className="rounded-lg border border-dashed border-line bg-surface px-6 py-10">
      <div className="mx-auto flex max-w-2xl flex-col items-center text-center">
        <span className="mb-3 inline-flex size-10 items-center justify-center rounded-full bg-raised text-faint">
          <Icon size={20} aria-hidden />
        </span>
        <h2 className="font-semibold">{title}</h2>
        <p className="mt-1 text-faint">{text}</p>
        {sample === undefined ? null : (
          <figure className="mt-4 w-full text-left">
            <figcaption className="mb-1 font-mono text-[12px] text-faint">{sample.fileName}</figcaption>
            <Code text={sample.content} />
          </figure>
        )}
        {command === undefined ? null : (
          <div className="mt-3 w-full text-left">
            <Code text={command} />
          </div>
        )}
        {children === undefined ? null : <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
      </div>
    </div>
  )
}

/** Text to copy. */
export function Code({ text }: { readonly text: string }): ReactElement {
  return (
    <div className="relative rounded-md border border-line bg-raised">
      <pre tabIndex={0} className="overflow-x-auto py-2 pr-11 pl-3 font-mono text-[12.5px] leading-5">
        {text}
      </pre>
      <div className="absolute top-0.5 right-0.5 rounded-md bg-raised">
        <CopyButton text={text} label="Copy" />
      </div>
    </div>
  )
}
