import type { HttpStep } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Field, inputClass, SelectField, TextField } from '../../components/field.tsx'

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

/** A step that sends a request. */
export function HttpFields({
  body,
  onChange,
}: {
  readonly body: HttpStep
  readonly onChange: (body: HttpStep) => void
}): ReactElement {
  const { method = 'get', url, payload = '' } = body
  return (
    <>
      <div className="grid gap-x-4 sm:grid-cols-[8rem_1fr]">
        <SelectField
          label="Method"
          value={method}
          choices={methods.map((each) => [each, each.toUpperCase()] as const)}
          onChange={(next) => onChange({ ...body, method: next })}
        />
        <TextField
          label="Address"
          type="url"
          spellCheck={false}
          placeholder="https://example.com/refresh"
          value={url}
          onChange={(next) => onChange({ ...body, url: next })}
        />
      </div>
      {method === 'get' ? null : (
        <Field label="Body">
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              spellCheck={false}
              placeholder='{"month": "2026-11"}'
              value={payload}
              onChange={({ target }) => onChange({ ...body, payload: target.value })}
              className={`py-1.5 font-mono text-[12.5px] ${inputClass}`}
            />
          )}
        </Field>
      )}
    </>
  )
}
