import type { ServiceDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Facts } from '../../components/panel.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useClient } from '../../session/client-context.ts'
import { imageVersionQuery } from '../images/image-queries.ts'

function ImageLink({ imageDetails }: Pick<ServiceDetails, 'imageDetails'>): ReactElement {
  const { data } = useQuery(imageVersionQuery(useClient(), imageDetails))
  return (
    <Link to="/images/$imageId/versions/$versionId" params={imageDetails} className="text-accent hover:underline">
      {data === undefined ? `version ${imageDetails.versionId}` : `${data.imageName} ${data.version}`}
    </Link>
  )
}

/** What a service is, and why it is so. */
export function ServiceFacts({ service }: { readonly service: ServiceDetails }): ReactElement {
  const { url, statusReason, minInstances, maxInstances, imageDetails, drainSeconds, healthCheckURL } = service
  return (
    <>
      <Facts
        entries={[
          [
            'Address',
            <a key="url" href={url} className="text-accent hover:underline">
              {new URL(url).host}
            </a>,
          ],
          ['State', <StatusBadge key="state" status={service.state} />],
          ['Type', service.serviceType],
          ['Open to', service.access === 'public' ? 'everybody' : 'who signs in'],
          ['Image', <ImageLink key="image" imageDetails={imageDetails} />],
          ['Instances', maxInstances > minInstances ? `${minInstances} to ${maxInstances}` : minInstances],
          ['Sleeps', service.scaleToZero ? 'when nobody uses it' : 'never'],
          ['Health check', healthCheckURL === '' ? 'a connection' : <code key="health">{healthCheckURL}</code>],
          ['Drains', drainSeconds === null ? 'by what is open' : `${drainSeconds} s`],
        ]}
      />
      {statusReason === null ? null : (
        <p className="mb-6 rounded-lg border border-line bg-surface px-4 py-3 whitespace-pre-wrap [overflow-wrap:anywhere]">
          {statusReason}
        </p>
      )}
    </>
  )
}
