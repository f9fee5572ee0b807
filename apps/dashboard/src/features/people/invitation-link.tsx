import type { Invitation } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { Code } from '../../components/empty-state.tsx'

/** The link of an invitation, which is told once. */
export function InvitationLink({
  invitation: { user, url, mailed },
  onClose,
}: {
  readonly invitation: Invitation
  readonly onClose: () => void
}): ReactElement {
  return (
    <Dialog title={`Link for ${user.name}`} onClose={onClose}>
      <p className="mb-3 text-faint">
        {mailed ? `It is on its way to ${user.email} by mail; here it is as well.` : `Hand it to ${user.email}.`}{' '}
        Whoever opens it first sets the password; it is good once, within seven days, and is not shown again.
      </p>
      <Code text={url} />
    </Dialog>
  )
}
