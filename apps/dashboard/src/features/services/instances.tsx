import type { ServiceDetails, ServiceInstance } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'

/** Why there are none. */
const noneText: Readonly<Record<ServiceDetails['state'], string>> = {
  running: 'None is there yet.',
  frozen: 'None is there.',
  asleep: 'None: it sleeps until the next request.',
  stopped: 'None: it is stopped until somebody starts it.',
}

function Instance({ instance }: { readonly instance: ServiceInstance }): ReactElement {
  const { name, revision, status, reason, startedAt, crashes, drainingSince } = instance
  return (
    <li className="min-w-0 rounded-lg border border-line bg-surface px-3 py-2">
      <div className="flex items-center justify-between gap-2">
        <StatusBadge status={drainingSince === null ? status : 'draining'} />
        <span className="text-[12px] whitespace-nowrap text-faint">deployment {revision}</span>
      </div>
      <p className="mt-1 truncate text-[12px] text-faint" title={name}>
        started <Moment at={startedAt} />
        {crashes === 0 ? '' : ` · ${crashes} before it ended early`}
      </p>
      {reason === null ? null : <p className="mt-1 text-[12px] text-bad [overflow-wrap:anywhere]">{reason}</p>}
    </li>
  )
}

/** A strip of the instances that are there now. */
export function Instances({
  service: { instances, state },
}: {
  readonly service: Pick<ServiceDetails, 'instances' | 'state'>
}): ReactElement {
  return (
    <Panel title="Instances">
      {instances.length === 0 ? (
        <p className="text-faint">{noneText[state]}</p>
      ) : (
        <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-[repeat(auto-fill,minmax(15rem,1fr))]">
          {instances.map((instance) => (
            <Instance key={instance.name} instance={instance} />
          ))}
        </ul>
      )}
    </Panel>
  )
}
