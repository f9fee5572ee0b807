import type { ServiceDetails } from '@cairn/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useCallback } from 'react'
import { type FollowLog, LogView } from '../../components/log-view.tsx'
import { Action, Failure, PageHeader, ReadState } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/intervals.ts'
import { useClient } from '../../session/client-context.ts'
import { Revisions } from './revisions.tsx'

/** Lines of the past that stand in the log at first. */
const pastLines = 200

function ServiceActions({ service }: { readonly service: ServiceDetails }): ReactElement {
  const { id, state } = service
  const client = useClient()
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: (verb: 'startService' | 'stopService' | 'restartService') => client.services[verb](id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['service', id] }),
  })
  const isStopped = state === 'stopped'
  return (
    <>
      <Action
        label={isStopped ? 'Start' : 'Stop'}
        busy={change.isPending}
        onPress={() => change.mutate(isStopped ? 'startService' : 'stopService')}
      />
      {isStopped ? null : (
        <Action label="Restart" busy={change.isPending} onPress={() => change.mutate('restartService')} />
      )}
      {change.error === null ? null : <Failure error={change.error} />}
    </>
  )
}

function Facts({ service }: { readonly service: ServiceDetails }): ReactElement {
  const { url, state, statusReason, serviceType, access, minInstances, maxInstances } = service
  const instances = maxInstances > minInstances ? `${minInstances} to ${maxInstances}` : String(minInstances)
  return (
    <>
      <p>
        <a href={url} className="text-accent [overflow-wrap:anywhere] hover:underline">
          {url}
        </a>
      </p>
      <p className="text-faint">
        {serviceType}, {state}, open to {access === 'public' ? 'everybody' : 'who signs in'}, instances: {instances}
      </p>
      {statusReason === null ? null : (
        <p className="mt-2 whitespace-pre-wrap [overflow-wrap:anywhere]">{statusReason}</p>
      )}
    </>
  )
}

export function ServicePage({ serviceId }: { readonly serviceId: string }): ReactElement {
  const client = useClient()
  const { data, error } = useQuery({
    queryKey: ['service', serviceId],
    queryFn: ({ signal }) => client.services.describeService(serviceId, { signal }),
    refetchInterval: refreshMs.running,
  })
  const follow = useCallback<FollowLog>(
    (signal) => client.services.followServiceLogs(serviceId, { tail: pastLines }, { signal }),
    [client, serviceId],
  )
  return (
    <>
      <PageHeader title={data?.name ?? 'Service'}>
        {data === undefined ? null : (
          <>
            <StatusBadge status={data.status} />
            <ServiceActions service={data} />
          </>
        )}
      </PageHeader>
      <ReadState error={error} hasData={data !== undefined} />
      {data === undefined ? null : <Facts service={data} />}
      <Revisions serviceId={serviceId} />
      <LogView name="Log of its instances" follow={follow} />
    </>
  )
}
