import type { ImageVersionDetails, ServiceBody } from '@cairn/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { DialogForm } from '../../components/dialog-form.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { useClient } from '../../session/client-context.ts'

const accessChoices = [
  ['private', 'Who signs in, or has a token'],
  ['public', 'Everybody'],
] as const

const sleepChoices = [
  ['no', 'It goes on running'],
  ['yes', 'It sleeps, and wakes with the first request'],
] as const

/** Makes a service and shows it. */
function useDeploy() {
  const client = useClient()
  const queries = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (body: ServiceBody) => client.services.createService(body),
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
  const [access, setAccess] = useState('private')
  const [healthCheck, setHealthCheck] = useState('')
  const [sleeps, setSleeps] = useState('no')
  const deploy = useDeploy()
  const body = (): ServiceBody => ({
    name: name.trim(),
    serviceType,
    imageDetails: ids,
    access: access === 'public' ? 'public' : 'private',
    scaleToZero: sleeps === 'yes',
    ...(healthCheck.trim() !== '' && { healthCheckURL: healthCheck.trim() }),
  })
  return (
    <DialogForm
      title={`Deploy ${imageName} ${version}`}
      submitLabel="Deploy"
      onClose={onClose}
      onSubmit={() => deploy.mutate(body())}
      action={deploy}
    >
      <TextField label="Name" hint="Becomes part of its address." required value={name} onChange={setName} />
      <SelectField label="Open to" value={access} choices={accessChoices} onChange={setAccess} />
      <TextField
        label="Health check"
        placeholder="/healthz"
        hint="A path that answers when it is healthy. Without one, a connection that opens is enough."
        value={healthCheck}
        onChange={setHealthCheck}
      />
      <SelectField label="When nobody uses it" value={sleeps} choices={sleepChoices} onChange={setSleeps} />
    </DialogForm>
  )
}
