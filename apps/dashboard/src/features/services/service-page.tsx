import type { ServiceDetails } from '@cairn/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type ReactElement, useCallback } from 'react'
import { type FollowLog, LogView } from '../../components/log-view.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/refresh.ts'
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
      <Button isBusy={change.isPending} onClick={() => change.mutate(isStopped ? 'startService' : 'stopService')}>
        {isStopped ? 'Start' : 'Stop'}
      </Button>
      {isStopped ? null : (
        <Button isBusy={change.isPending} onClick={() => change.mutate('restartService')}>
          Restart
        </Button>
      )}
      {change.error === null ? null : <ErrorNote error={change.error} />}
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

export function ServicePage(): ReactElement {
  const { serviceId } = useParams({ from: '/services/$serviceId' })
  const client = useClient()
  const reading = useQuery({
    queryKey: ['service', serviceId],
    queryFn: ({ signal }) => client.services.describeService(serviceId, { signal }),
    refetchInterval: refreshMs.running,
  })
  const { data } = reading
  const follow = useCallback<FollowLog>(
    (signal) => client.services.followServiceLogs(serviceId, { tail: pastLines }, { signal }),
    [client, serviceId],
  )
  return (
    <>
      <PageHeader
        title={data?.name ?? 'Service'}
        crumbs={[{ label: 'Services', link: { to: '/services' } }]}
        badge={data === undefined ? null : <StatusBadge status={data.status} isPill />}
      >
        {data === undefined ? null : <ServiceActions service={data} />}
      </PageHeader>
      <Reading of={reading}>{(service) => <Facts service={service} />}</Reading>
      <Revisions serviceId={serviceId} />
      <LogView name="Log of its instances" follow={follow} />
    </>
  )
}
