import type { ServiceDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { isUnderWay } from '../../components/status-table.ts'
import { refreshOf } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { Domains } from './domains.tsx'
import { Instances } from './instances.tsx'
import { LoadCharts } from './load-charts.tsx'
import { Revisions } from './revisions.tsx'
import { ServiceActions } from './service-actions.tsx'
import { ServiceFacts } from './service-facts.tsx'
import { ServiceLog } from './service-log.tsx'
import { TestCall } from './test-call.tsx'
import { Wakes } from './wakes.tsx'

/** It changes, or one of its instances does. */
function isChanging({ status, instances }: ServiceDetails): boolean {
  return isUnderWay(status) || instances.some((each) => isUnderWay(each.status) || each.drainingSince !== null)
}

export function ServicePage(): ReactElement {
  const { serviceId } = useParams({ from: '/services/$serviceId' })
  const client = useClient()
  const reading = useQuery({
    queryKey: ['service', serviceId],
    queryFn: ({ signal }) => client.services.describeService(serviceId, { signal }),
    refetchInterval: ({ state: { data } }) => refreshOf(data && isChanging(data)),
  })
  const { data } = reading
  return (
    <>
      <PageHeader
        title={data?.name ?? 'Service'}
        crumbs={[{ label: 'Services', link: { to: '/services' } }]}
        badge={data === undefined ? null : <StatusBadge status={data.status} isPill />}
        text={data?.title ?? undefined}
      >
        {data === undefined ? null : <ServiceActions service={data} />}
      </PageHeader>
      <Reading of={reading}>
        {(service) => (
          <>
            <ServiceFacts service={service} />
            <Instances service={service} />
            <Revisions serviceId={serviceId} />
            <LoadCharts serviceId={serviceId} />
            {service.serviceType === 'api' ? <TestCall name={service.name} /> : null}
            {service.scaleToZero ? <Wakes serviceId={serviceId} /> : null}
            <Domains serviceId={serviceId} />
            <ServiceLog serviceId={serviceId} />
          </>
        )}
      </Reading>
    </>
  )
}
