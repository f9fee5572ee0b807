import type { ServiceDetails } from '@cairn/sdk'
import { useNavigate } from '@tanstack/react-router'
import { ExternalLink, Play, RotateCw, SlidersHorizontal, Square, Trash2 } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button, buttonClass } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'
import { ChangeDialog } from './change-dialog.tsx'

function StateButtons({ id, state }: Pick<ServiceDetails, 'id' | 'state'>): ReactElement {
  const client = useClient()
  const change = useChange({
    change: (verb: 'startService' | 'stopService' | 'restartService') => client.services[verb](id),
    keys: [['service', id]],
    said: null,
    failure: 'shown in place',
  })
  return (
    <>
      {state === 'stopped' ? (
        <Button needs="run" icon={Play} isBusy={change.isPending} onClick={() => change.mutate('startService')}>
          Start
        </Button>
      ) : (
        <>
          <Button needs="run" icon={Square} isBusy={change.isPending} onClick={() => change.mutate('stopService')}>
            Stop
          </Button>
          <Button needs="run" icon={RotateCw} isBusy={change.isPending} onClick={() => change.mutate('restartService')}>
            Restart
          </Button>
        </>
      )}
      {change.error === null ? null : <ErrorNote error={change.error} />}
    </>
  )
}

/** What can be done with a service. */
export function ServiceActions({ service }: { readonly service: ServiceDetails }): ReactElement {
  const { id, state, name, url } = service
  const client = useClient()
  const navigate = useNavigate()
  const [isChanging, setChanging] = useState(false)
  return (
    <>
      <a href={url} target="_blank" rel="noreferrer" className={buttonClass('primary')}>
        <ExternalLink size={15} aria-hidden />
        Open
      </a>
      <Button needs="write" icon={SlidersHorizontal} onClick={() => setChanging(true)}>
        Change
      </Button>
      <StateButtons id={id} state={state} />
      <ConfirmButton
        needs="write"
        label="Delete"
        icon={Trash2}
        tone="danger"
        question={`Delete ${name}?`}
        onConfirm={async () => {
          await client.services.deleteService(id)
          await navigate({ to: '/services' })
        }}
      >
        Its instances end, its address and its deployments go with it.
      </ConfirmButton>
      <SnippetButton
        snippets={{
          api: `GET /webapps/api/v1/webapps/${id}`,
          cli: `cairn services describe ${id}`,
          sdk: `const service = await client.services.describeService('${id}')`,
        }}
      />
      {isChanging ? <ChangeDialog service={service} onClose={() => setChanging(false)} /> : null}
    </>
  )
}
