import type { ServiceDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { Field, inputClass, SelectField, TextField } from '../../components/field.tsx'
import { useClient } from '../../session/client-context.ts'
import type { ServiceForm } from './service-form.ts'

const mostSecrets = 500

const accessChoices = [
  ['private', 'Who signs in, or has a token'],
  ['public', 'Everybody'],
] as const

const sleepChoices = [
  ['no', 'It goes on running'],
  ['yes', 'It sleeps, and wakes with the first request'],
] as const

type ServiceType = ServiceDetails['serviceType']

interface FormProps {
  readonly form: ServiceForm
  readonly onChange: (change: Partial<ServiceForm>) => void
}

function SecretChoice({ form: { secrets }, onChange }: FormProps): ReactElement | null {
  const client = useClient()
  const { data = [] } = useQuery({
    queryKey: ['secret', 'list'],
    queryFn: ({ signal }) =>
      client.secrets.listSecrets({ pageSize: mostSecrets }, { signal }).all({ limit: mostSecrets }),
  })
  if (data.length === 0) return null
  return (
    <fieldset className="mb-3">
      <legend className="mb-1 text-[13px] font-medium">Secrets</legend>
      <div className="flex max-h-28 flex-wrap gap-x-4 gap-y-1 overflow-y-auto">
        {data.map(({ name }) => (
          <label key={name} className="inline-flex items-center gap-1.5 font-mono text-[13px]">
            <input
              type="checkbox"
              checked={secrets.includes(name)}
              onChange={({ target }) =>
                onChange({ secrets: target.checked ? [...secrets, name] : secrets.filter((each) => each !== name) })
              }
            />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Instances({ form, onChange }: FormProps): ReactElement {
  const number = { type: 'number', min: 1, required: true, inputMode: 'numeric' } as const
  return (
    <div className="grid grid-cols-2 gap-3">
      <TextField
        label="Instances"
        {...number}
        value={form.minInstances}
        onChange={(minInstances) => onChange({ minInstances })}
      />
      <TextField
        label="Under load, up to"
        {...number}
        value={form.maxInstances}
        onChange={(maxInstances) => onChange({ maxInstances })}
      />
    </div>
  )
}

/** What may be changed of a service at any time. Only web apps can sleep. */
export function ServiceFields({ type, form, onChange }: FormProps & { readonly type: ServiceType }): ReactElement {
  return (
    <>
      <SelectField
        label="Open to"
        value={form.access}
        choices={accessChoices}
        onChange={(access) => onChange({ access })}
      />
      <TextField
        label="Health check"
        placeholder="/healthz"
        hint="A path that answers when it is healthy. Without one, a connection that opens is enough."
        value={form.healthCheck}
        onChange={(healthCheck) => onChange({ healthCheck })}
      />
      {type === 'web-app' ? (
        <SelectField
          label="When nobody uses it"
          value={form.sleeps ? 'yes' : 'no'}
          choices={sleepChoices}
          onChange={(sleeps) => onChange({ sleeps: sleeps === 'yes' })}
        />
      ) : null}
      <Instances form={form} onChange={onChange} />
      <Field label="Variables" hint="A line NAME=value for each.">
        {(ids) => (
          <textarea
            {...ids}
            rows={3}
            spellCheck={false}
            placeholder="MONTHS=12"
            value={form.env}
            onChange={(event) => onChange({ env: event.target.value })}
            className={`py-1.5 font-mono text-[13px] ${inputClass}`}
          />
        )}
      </Field>
      <SecretChoice form={form} onChange={onChange} />
    </>
  )
}
