import type { SystemHealth } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import type { ReactElement } from 'react'
import { Facts } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

function Engines({ liveEngines }: Pick<SystemHealth, 'liveEngines'>): ReactElement {
  const isAlive = liveEngines > 0
  const Icon = isAlive ? CircleCheck : CircleX
  return (
    <span className="inline-flex items-center gap-2">
      <Icon size={15} aria-hidden className={isAlive ? 'text-good' : 'text-bad'} />
      {isAlive ? `${liveEngines} alive` : 'none is alive: nothing starts until one is'}
    </span>
  )
}

/** Whether the installation works, for who may not see all of it, and why they may not. */
export function Health({ refusal }: { readonly refusal: string }): ReactElement {
  const client = useClient()
  const reading = useQuery({
    queryKey: ['system', 'health'],
    queryFn: ({ signal }) => client.system.getHealth({ signal }),
    refetchInterval: refreshMs.running,
  })
  return (
    <>
      <Reading of={reading}>
        {({ version, liveEngines, liveExecutions: { waiting, queued, running, stopping } }) => (
          <Facts
            entries={[
              ['Cairn', version],
              ['Engines', <Engines key="engines" liveEngines={liveEngines} />],
              ['Runs now', running + stopping],
              ['Runs that wait', waiting + queued],
            ]}
          />
        )}
      </Reading>
      <p className="text-faint">Database, queue, disk and machine are shown to admins. {refusal}</p>
    </>
  )
}
