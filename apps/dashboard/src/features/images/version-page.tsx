import type { ImageVersionDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { type ReactElement, useCallback } from 'react'
import { type FollowLog, LogView } from '../../components/log-view.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Facts } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { saveDownload } from '../../components/save-stream.ts'
import { StatusBadge } from '../../components/status-badge.tsx'
import { UsedBy } from '../../components/used-by.tsx'
import { useChange } from '../../components/use-change.ts'
import { bytesText } from '../../format/bytes.ts'
import { useClient } from '../../session/client-context.ts'
import { imageVersionQuery } from './image-queries.ts'
import { LastBuild } from './last-build.tsx'
import { Packages } from './packages.tsx'
import { TagEditor } from './tag-editor.tsx'
import { VersionActions } from './version-actions.tsx'

function sourceText({ buildDetails }: ImageVersionDetails): string {
  const { source = 'upload', repository, branch, artifactId, artifactVersion } = buildDetails
  if (artifactId !== undefined) return `artifact ${artifactId}, ${artifactVersion ?? 'latest'}`
  return repository === undefined ? source : `${repository} ${branch ?? ''}`
}

function VersionFacts({ version }: { readonly version: ImageVersionDetails }): ReactElement {
  const { size, digest, layers, queuePosition, statusReason, lastBuildReason, registry } = version
  const why = statusReason ?? (version.lastBuildStatus === 'success' ? null : lastBuildReason)
  return (
    <>
      <Facts
        entries={[
          [
            'Last build',
            <LastBuild key="build" status={version.lastBuildStatus} wasBuilt={version.lastBuildAt !== null} />,
          ],
          ['Size', size === 0 ? '–' : bytesText(size)],
          ['Layers', layers?.length ?? '–'],
          ['Built from', sourceText(version)],
          ['Built', <Moment key="at" at={version.lastBuildAt} />],
          ['Created by', version.createdBy],
          ...(typeof queuePosition === 'number' ? ([['Place in the queue', queuePosition]] as const) : []),
          ...(registry === null || registry === undefined ? [] : ([['In the registry', registry.status]] as const)),
          [
            'Content',
            <code key="digest" className="text-[12px]">
              {digest?.slice(0, 19) ?? '–'}
            </code>,
          ],
        ]}
      />
      {why === null || why === undefined ? null : (
        <p className="mb-6 rounded-lg border border-line bg-bad-soft px-4 py-3 text-bad [overflow-wrap:anywhere] whitespace-pre-wrap">
          {why}
        </p>
      )}
    </>
  )
}

function BuildLog({ imageId, buildId }: { readonly imageId: number; readonly buildId: number }): ReactElement {
  const client = useClient()
  const follow = useCallback<FollowLog>(
    (signal) => client.images.followBuildLogs(imageId, buildId, { signal }),
    [client, imageId, buildId],
  )
  const save = useChange({
    change: async () => saveDownload(await client.images.downloadBuildLogs(imageId, buildId), `build-${buildId}.log`),
    keys: [],
    said: null,
  })
  return <LogView name={`Log of build ${buildId}`} follow={follow} onDownload={() => save.mutate(undefined)} />
}

export function VersionPage(): ReactElement {
  const ids = useParams({ from: '/images/$imageId/versions/$versionId' })
  const { build } = useSearch({ from: '/images/$imageId/versions/$versionId' })
  const client = useClient()
  const reading = useQuery(imageVersionQuery(client, ids))
  const { data } = reading
  const buildId = build ?? data?.lastBuildId ?? null
  return (
    <>
      <PageHeader
        title={data === undefined ? 'Version' : `${data.imageName} ${data.version}`}
        crumbs={[
          { label: 'Images', link: { to: '/images' } },
          { label: data?.imageName ?? 'Image', link: { to: '/images/$imageId', params: { imageId: ids.imageId } } },
        ]}
        badge={data === undefined ? undefined : <StatusBadge status={data.status} isPill />}
        text={data?.description === '' ? undefined : data?.description}
      >
        {data === undefined ? null : <VersionActions version={data} ids={ids} />}
      </PageHeader>
      <Reading of={reading}>
        {(version) => (
          <>
            <VersionFacts version={version} />
            <TagEditor ids={ids} tags={version.tags} />
            <UsedBy users={version.usedBy ?? []} />
          </>
        )}
      </Reading>
      {buildId === null ? null : <BuildLog imageId={ids.imageId} buildId={buildId} />}
      {data?.sbom === null || data?.sbom === undefined ? null : <Packages ids={ids} summary={data.sbom} />}
    </>
  )
}
