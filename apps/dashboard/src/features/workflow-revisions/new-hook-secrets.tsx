import type { WorkflowRestored } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { Code } from '../../components/empty-state.tsx'

/** Signing secrets that hooks got by a restore; nobody is told them again. */
export function NewHookSecrets({
  restored: { triggers = [] },
  onClose,
}: {
  readonly restored: WorkflowRestored
  readonly onClose: () => void
}): ReactElement | null {
  const signed = triggers.flatMap(({ webhook, signingSecret }) =>
    signingSecret === undefined ? [] : [{ webhook, signingSecret }],
  )
  if (signed.length === 0) return null
  return (
    <Dialog title="Signing secret" onClose={onClose}>
      {signed.map(({ webhook, signingSecret }) => (
        <div key={webhook} className="mb-3">
          <p className="mb-2 text-faint">
            Calls of the webhook {webhook} have to be signed with this from now on. It is not shown again.
          </p>
          <Code text={signingSecret} />
        </div>
      ))}
    </Dialog>
  )
}
