import type { TestServiceBody, TestServiceResult } from '@cairn/sdk'
import { useMutation } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Code } from '../../components/empty-state.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Field, inputClass, SelectField, TextField } from '../../components/field.tsx'
import { Panel } from '../../components/panel.tsx'
import { durationText } from '../../format/time.ts'
import { useClient } from '../../session/client-context.ts'

type Method = NonNullable<TestServiceBody['httpMethod']>

const methods: readonly (readonly [Method, string])[] = [
  ['get', 'GET'],
  ['post', 'POST'],
  ['put', 'PUT'],
  ['patch', 'PATCH'],
  ['delete', 'DELETE'],
]

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function Answer({ result }: { readonly result: TestServiceResult }): ReactElement {
  const { responseStatus, responseBody, responseSize, reqStartTime, reqEndTime } = result
  return (
    <>
      <p className="mb-2">
        <span className={`font-medium ${responseStatus < 400 ? 'text-good' : 'text-bad'}`}>{responseStatus}</span>
        <span className="text-faint">
          {' '}
          in {durationText(Date.parse(reqEndTime) - Date.parse(reqStartTime))}, {responseSize}
        </span>
      </p>
      <div className="max-h-80 overflow-y-auto">
        <Code text={pretty(responseBody)} />
      </div>
    </>
  )
}

/** Sends one request to a service of type api and shows its answer. */
export function TestCall({ name }: { readonly name: string }): ReactElement {
  const client = useClient()
  const [httpMethod, setMethod] = useState<Method>('get')
  const [path, setPath] = useState('/')
  const [payload, setPayload] = useState('')
  const call = useMutation({
    mutationFn: () =>
      client.services.testService(name, {
        httpMethod,
        path,
        ...(payload.trim() !== '' && { payload: JSON.parse(payload) as unknown }),
      }),
  })
  const { data } = call
  return (
    <Panel title="Try it">
      <div className="grid gap-4 rounded-lg border border-line bg-surface p-4 md:grid-cols-2">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            call.mutate()
          }}
        >
          <div className="grid grid-cols-[7rem_1fr] gap-2">
            <SelectField label="Method" value={httpMethod} choices={methods} onChange={setMethod} />
            <TextField label="Path" value={path} onChange={setPath} />
          </div>
          <Field label="Body" hint="JSON; empty = none.">
            {(ids) => (
              <textarea
                {...ids}
                rows={5}
                spellCheck={false}
                value={payload}
                onChange={(event) => setPayload(event.target.value)}
                className={`py-1.5 font-mono text-[13px] ${inputClass}`}
              />
            )}
          </Field>
          <Button needs="run" type="submit" tone="primary" icon={Send} isBusy={call.isPending}>
            Send
          </Button>
        </form>
        <div className="min-w-0" aria-live="polite">
          {call.error === null ? null : <ErrorNote error={call.error} />}
          {data === undefined ? null : <Answer result={data} />}
          {data === undefined && call.error === null ? <p className="text-faint">The answer will be here.</p> : null}
        </div>
      </div>
    </Panel>
  )
}
