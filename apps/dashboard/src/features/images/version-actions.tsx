import type { ImageVersionDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Ban, Hammer, Rocket, Trash2 } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'
import { DeployDialog } from '../services/deploy-dialog.tsx'
import { imageQuery } from './image-queries.ts'

interface VersionKey {
  readonly imageId: number
  readonly versionId: number
}

/** What can be done with a version whatever its state. */
function OfEveryVersion({
  version: { version },
  ids: { imageId, versionId },
}: {
  readonly version: ImageVersionDetails
  readonly ids: VersionKey
}): ReactElement {
  const client = useClient()
  const navigate = useNavigate()
  return (
    <>
      <ConfirmButton
        needs="write"
        label="Delete"
        icon={Trash2}
        tone="danger"
        question={`Delete version ${version}?`}
        onConfirm={async () => {
          await client.images.deleteVersion(imageId, versionId)
          await navigate({ to: '/images/$imageId', params: { imageId } })
        }}
      >
        It is refused while a workflow or service uses it.
      </ConfirmButton>
      <SnippetButton
        snippets={{
          api: `GET /image-management/api/v2/images/${imageId}/versions/${versionId}`,
          cli: `cairn images describe-version --image-id ${imageId} --version-id ${versionId}`,
          sdk: `const version = await client.images.describeVersion(${imageId}, ${versionId})`,
        }}
      />
    </>
  )
}

/** What can be done with a version as it is now. */
export function VersionActions({
  version,
  ids,
}: {
  readonly version: ImageVersionDetails
  readonly ids: VersionKey
}): ReactElement {
  const client = useClient()
  const [isDeploying, setDeploying] = useState(false)
  const keys = [['image', ids.imageId]]
  const rebuild = useChange({ change: () => client.images.buildVersion(ids), keys, said: 'The build is queued.' })
  const stop = useChange({
    change: (buildId: number) => client.images.stopBuild(ids.imageId, buildId),
    keys,
    said: 'The build is told to stop.',
  })
  const { lastBuildId, lastBuildStatus, status } = version
  const { data: image } = useQuery(imageQuery(client, ids.imageId))
  const isReady = status === 'ready' || status === 'in-use'
  const serviceType = image?.type === 'api' ? 'api' : image?.type === 'webapp' ? 'web-app' : null
  return (
    <>
      {isReady && serviceType !== null ? (
        <Button needs="write" tone="primary" icon={Rocket} onClick={() => setDeploying(true)}>
          Deploy
        </Button>
      ) : null}
      {lastBuildStatus === 'building' && typeof lastBuildId === 'number' ? (
        <Button needs="run" icon={Ban} isBusy={stop.isPending} onClick={() => stop.mutate(lastBuildId)}>
          Stop the build
        </Button>
      ) : null}
      {status === 'not-ready' && lastBuildStatus !== 'building' ? (
        <Button needs="run" icon={Hammer} isBusy={rebuild.isPending} onClick={() => rebuild.mutate(undefined)}>
          Build again
        </Button>
      ) : null}
      <OfEveryVersion version={version} ids={ids} />
      {isDeploying && serviceType !== null ? (
        <DeployDialog ids={ids} serviceType={serviceType} version={version} onClose={() => setDeploying(false)} />
      ) : null}
    </>
  )
}
