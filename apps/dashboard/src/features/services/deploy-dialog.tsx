import type { ImageVersionDetails, ServiceBody } from '@cairn/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { DialogForm } from '../../components/dialog-form.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { useClient } from '../../session/client-context.ts'
import { ServiceFields } from './service-fields.tsx'
import { changeableOf, emptyForm } from './service-form.ts'

type ServiceType = NonNullable<ServiceBody['serviceType']>

const typeChoices = [
  ['web-app', 'Web app'],
  ['shiny', 'Shiny'],
] as const

/** Makes a service and shows it. */
function useDeploy() {
  const client = useClient()
  const queries = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: async (bodyOf: () => ServiceBody) => client.services.createService(bodyOf()),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['service'] })
      await navigate({ to: '/services/$serviceId', params: { serviceId: id } })
    },
  })
}

/** Makes a service of an image version. */
export function DeployDialog({
  ids,
  serviceType,
  version: { imageName, version },
  onClose,
}: {
  readonly ids: { readonly imageId: number; readonly versionId: number }
  readonly serviceType: 'api' | 'web-app'
  readonly version: ImageVersionDetails
  readonly onClose: () => void
}): ReactElement {
  const [name, setName] = useState(imageName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'))
  const [type, setType] = useState<ServiceType>(serviceType)
  const [form, setForm] = useState(emptyForm)
  const deploy = useDeploy()
  const body = (): ServiceBody => ({
    name: name.trim(),
    serviceType: type,
    imageDetails: ids,
    ...changeableOf(type === 'web-app' ? form : { ...form, sleeps: false }),
  })
  return (
    <DialogForm
      title={`Deploy ${imageName} ${version}`}
      submitLabel="Deploy"
      onClose={onClose}
      onSubmit={() => deploy.mutate(body)}
      action={deploy}
    >
      <TextField label="Name" hint="Becomes part of its address." required value={name} onChange={setName} />
      {serviceType === 'api' ? null : (
        <SelectField label="Kind" value={type} choices={typeChoices} onChange={setType} />
      )}
      <ServiceFields type={type} form={form} onChange={(change) => setForm({ ...form, ...change })} />
    </DialogForm>
  )
}
