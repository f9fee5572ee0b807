import type { ServiceDomain } from '@cairn/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { Code } from '../../components/empty-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useChange } from '../../components/use-change.ts'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

function AddDomain({ serviceId, onClose }: { readonly serviceId: string; readonly onClose: () => void }): ReactElement {
  const client = useClient()
  const [domain, setDomain] = useState('')
  const add = useChange({
    change: () => client.services.addServiceDomain(serviceId, domain.trim()),
    keys: [['service', serviceId, 'domains']],
    said: null,
    failure: 'shown in place',
  })
  return (
    <DialogForm
      title="Add a domain"
      submitLabel="Add"
      onClose={onClose}
      onSubmit={() => add.mutate(undefined, { onSuccess: onClose })}
      action={add}
    >
      <TextField
        label="Domain"
        placeholder="forecast.example.com"
        hint="It answers there once a record in its DNS proves that it is yours. The record is shown next."
        required
        value={domain}
        onChange={setDomain}
      />
    </DialogForm>
  )
}

function Domain({ serviceId, domain }: { readonly serviceId: string; readonly domain: ServiceDomain }): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const queryKey = ['service', serviceId, 'domains']
  const verify = useChange({
    change: () => client.services.verifyServiceDomain(serviceId, domain.domain),
    keys: [queryKey],
    said: null,
  })
  const { status, reason, record, url, checkedAt } = domain
  return (
    <li className="border-t border-line px-3 py-2.5 first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <a href={url} className="min-w-0 font-medium [overflow-wrap:anywhere] hover:underline">
          {domain.domain}
        </a>
        <StatusBadge status={status} />
        <span className="text-[12px] text-faint">
          {checkedAt === null ? (
            'not looked for yet'
          ) : (
            <>
              looked for <Moment at={checkedAt} />
            </>
          )}
        </span>
        <span className="ml-auto flex gap-1">
          <Button needs="write" isSmall isBusy={verify.isPending} onClick={() => verify.mutate(undefined)}>
            Look again
          </Button>
          <ConfirmButton
            needs="write"
            label="Remove"
            isSmall
            tone="danger"
            question={`Remove ${domain.domain}?`}
            onConfirm={async () => {
              await client.services.removeServiceDomain(serviceId, domain.domain)
              await queries.invalidateQueries({ queryKey })
            }}
          >
            The service does not answer there any more.
          </ConfirmButton>
        </span>
      </div>
      {reason === null ? null : <p className="mt-1 text-[13px] text-faint [overflow-wrap:anywhere]">{reason}</p>}
      {status === 'active' ? null : (
        <div className="mt-2">
          <Code text={`${record.name} ${record.type} ${record.value}`} />
        </div>
      )}
    </li>
  )
}

/** Domains of the service's own, beside the address that Cairn gives it. */
export function Domains({ serviceId }: { readonly serviceId: string }): ReactElement {
  const client = useClient()
  const [isAdding, setAdding] = useState(false)
  const reading = useQuery({
    queryKey: ['service', serviceId, 'domains'],
    queryFn: ({ signal }) => client.services.listServiceDomains(serviceId, { signal }),
    refetchInterval: refreshMs.resting,
  })
  return (
    <Panel
      title="Domains"
      actions={
        <Button needs="write" isSmall icon={Plus} onClick={() => setAdding(true)}>
          Add
        </Button>
      }
    >
      <Reading of={reading}>
        {({ domains }) =>
          domains.length === 0 ? (
            <p className="text-faint">It answers under the address above only.</p>
          ) : (
            <ul className="rounded-lg border border-line bg-surface">
              {domains.map((domain) => (
                <Domain key={domain.domain} serviceId={serviceId} domain={domain} />
              ))}
            </ul>
          )
        }
      </Reading>
      {isAdding ? <AddDomain serviceId={serviceId} onClose={() => setAdding(false)} /> : null}
    </Panel>
  )
}
