import { type ReactElement, useCallback } from 'react'
import { type FollowLog, LogView } from '../../components/log-view.tsx'
import { saveDownload } from '../../components/save-stream.ts'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'

/** Lines of the past that stand in the log at first. */
const pastLines = 1_000

/** What the instances of a service write, live, after the last lines of before. */
export function ServiceLog({ serviceId }: { readonly serviceId: string }): ReactElement {
  const client = useClient()
  const follow = useCallback<FollowLog>(
    (signal) => client.services.followServiceLogs(serviceId, { tail: pastLines }, { signal }),
    [client, serviceId],
  )
  const save = useChange({
    change: async () => saveDownload(await client.services.downloadServiceLogs(serviceId), `service-${serviceId}.log`),
    keys: [],
    said: null,
  })
  return <LogView name="Log of its instances" follow={follow} onDownload={() => save.mutate(undefined)} />
}
