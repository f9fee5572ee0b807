import type { User } from '@cairn/sdk'
import type { ReactElement } from 'react'

const words = { pending: 'mail on its way', delivered: 'mailed', failed: 'not mailed' } as const

/** What became of the mail with the link that is open. */
export function InvitationMail({
  mail: { status, error },
}: {
  readonly mail: NonNullable<User['invitationMail']>
}): ReactElement {
  return (
    <p className={`max-w-64 text-[13px] break-words ${status === 'failed' ? 'text-bad' : 'text-faint'}`}>
      {status === 'pending' && error !== null ? 'mail is tried again' : words[status]}
      {error === null ? null : `: ${error}`}
    </p>
  )
}
