import type { Access } from '@cairn/sdk'
import { Link, type LinkProps } from '@tanstack/react-router'
import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, ReactElement, ReactNode } from 'react'
import { useRefusal } from '../session/use-may.ts'

export type ButtonTone = 'plain' | 'primary' | 'danger' | 'quiet'

const tones: Readonly<Record<ButtonTone, string>> = {
  plain: 'border border-line bg-surface hover:bg-raised',
  primary: 'border border-transparent bg-accent-fill text-on-accent hover:brightness-110',
  danger: 'border border-line bg-surface text-bad hover:bg-bad-soft',
  quiet: 'border border-transparent text-faint hover:bg-raised hover:text-ink',
}

/** What a button looks like, for links that stand among buttons. */
export function buttonClass(tone: ButtonTone, isSmall = false): string {
  const size = isSmall ? 'h-7 px-2 text-[13px]' : 'h-8 px-3'
  return `inline-flex ${size} shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors disabled:opacity-55 ${tones[tone]}`
}

/**
 * @param isBusy = what it started is under way: it turns and cannot be pressed
 * @param needs = who may less cannot press it, and is told why
 */
export function Button({
  tone = 'plain',
  isSmall = false,
  isBusy = false,
  needs,
  icon: Icon,
  children,
  className = '',
  disabled,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly tone?: ButtonTone
  readonly isSmall?: boolean
  readonly isBusy?: boolean
  readonly needs?: Access
  readonly icon?: LucideIcon
  readonly children?: ReactNode
}): ReactElement {
  const refusal = useRefusal(needs)
  const Shown = isBusy ? LoaderCircle : Icon
  return (
    <button
      type="button"
      disabled={isBusy || disabled === true || refusal !== null}
      className={`${buttonClass(tone, isSmall)} ${className}`}
      {...rest}
      {...(refusal !== null && { title: refusal, 'aria-description': refusal })}
    >
      {Shown === undefined ? null : <Shown size={15} aria-hidden className={isBusy ? 'animate-spin' : ''} />}
      {children}
    </button>
  )
}

/** A link that looks like a button. Who may less than it `needs` has a button in its place that cannot be pressed. */
export function ButtonLink({
  link,
  tone = 'plain',
  needs,
  icon: Icon,
  children,
}: {
  readonly link: LinkProps
  readonly tone?: ButtonTone
  readonly needs: Access
  readonly icon: LucideIcon
  readonly children: ReactNode
}): ReactElement {
  if (useRefusal(needs) !== null) {
    return (
      <Button tone={tone} needs={needs} icon={Icon}>
        {children}
      </Button>
    )
  }
  return (
    <Link {...link} className={buttonClass(tone)}>
      <Icon size={15} aria-hidden />
      {children}
    </Link>
  )
}

/** A button that is an icon; `label` is its name for screen readers and its tooltip. */
export function IconButton({
  icon: Icon,
  label,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { readonly icon: LucideIcon; readonly label: string }): ReactElement {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-faint transition-colors hover:bg-raised hover:text-ink disabled:opacity-55"
      {...rest}
    >
      <Icon size={16} aria-hidden />
    </button>
  )
}
