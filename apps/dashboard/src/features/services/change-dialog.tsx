import type { ServiceDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { DialogForm } from '../../components/dialog-form.tsx'
import { SelectField } from '../../components/field.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'
import { imageVersionsQuery } from '../images/image-queries.ts'
import { ServiceFields } from './service-fields.tsx'
import { changeableOf, formOf } from './service-form.ts'

/** Which version of its image a service runs. */
function VersionChoice({
  imageId,
  versionId,
  onChange,
}: {
  readonly imageId: number
  readonly versionId: number
  readonly onChange: (versionId: number) => void
}): ReactElement {
  const { data = [] } = useQuery(imageVersionsQuery(useClient(), imageId))
  const choices = data
    .filter(({ id, status }) => id === versionId || status === 'ready' || status === 'in-use')
    .map(({ id, version, tags }) => {
      const names = tags.map(({ name }) => name).join(', ')
      return [String(id), names === '' ? version : `${version} (${names})`] as const
    })
  return (
    <SelectField
      label="Image version"
      value={String(versionId)}
      choices={choices}
      onChange={(next) => onChange(Number(next))}
    />
  )
}

/** Changes what a service runs and how. What serves goes on until the new deployment is healthy. */
export function ChangeDialog({
  service,
  onClose,
}: {
  readonly service: ServiceDetails
  readonly onClose: () => void
}): ReactElement {
  const client = useClient()
  const { id, name, imageDetails } = service
  const [versionId, setVersionId] = useState(imageDetails.versionId)
  const [form, setForm] = useState(() => formOf(service))
  const save = useChange({
    change: async () =>
      client.services.updateService(id, {
        imageDetails: { imageId: imageDetails.imageId, versionId },
        ...changeableOf(form),
      }),
    keys: [['service']],
    said: 'The change is under way.',
    failure: 'shown in place',
  })
  return (
    <DialogForm
      title={`Change ${name}`}
      submitLabel="Change"
      onClose={onClose}
      onSubmit={() => save.mutate(undefined, { onSuccess: onClose })}
      action={save}
    >
      <VersionChoice imageId={imageDetails.imageId} versionId={versionId} onChange={setVersionId} />
      <ServiceFields type={service.serviceType} form={form} onChange={(change) => setForm({ ...form, ...change })} />
      <p className="mb-3 text-[12px] text-faint">What serves now goes on until the new deployment is healthy.</p>
    </DialogForm>
  )
}
