import type { ImageDetails, StandardStep } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Field, inputClass, SelectField } from '../../components/field.tsx'
import { EnvFields } from './env-fields.tsx'
import { envOf, rowsOf } from './env-rows.ts'

const retryChoices = [
  ['0', 'Not at all'],
  ['1', 'Once'],
  ['2', 'Twice'],
  ['3', '3 times'],
  ['5', '5 times'],
] as const

function withRetries(body: StandardStep, numberOfRetries: number): StandardStep {
  const { runConfiguration = {} } = body
  const retryOptions = { ...runConfiguration.retryOptions, numberOfRetries }
  return { ...body, runConfiguration: { ...runConfiguration, retryOptions } }
}

function imageChoices(images: readonly ImageDetails[], imageId: number): readonly (readonly [string, string])[] {
  const known = images.map(({ id, name, latestVersion }) => [String(id), `${name} ${latestVersion.version}`] as const)
  return images.some(({ id }) => id === imageId)
    ? known
    : [[String(imageId), imageId === 0 ? 'Choose one' : `Image ${imageId}`], ...known]
}

/** A step that runs a command in a container. */
export function ContainerFields({
  body,
  images,
  onChange,
}: {
  readonly body: StandardStep
  readonly images: readonly ImageDetails[]
  readonly onChange: (body: StandardStep) => void
}): ReactElement {
  const retries = body.runConfiguration?.retryOptions?.numberOfRetries ?? 0
  return (
    <>
      <div className="grid gap-x-4 sm:grid-cols-2">
        <SelectField
          label="Image"
          value={String(body.imageId)}
          choices={imageChoices(images, body.imageId)}
          onChange={(id) => {
            const { imageVersionId: _ofTheOther, ...rest } = body
            onChange({ ...rest, imageId: Number(id) })
          }}
        />
        <SelectField
          label="Retries when it fails"
          value={String(retries)}
          choices={
            retryChoices.some(([count]) => Number(count) === retries)
              ? retryChoices
              : [...retryChoices, [String(retries), `${retries} times`]]
          }
          onChange={(count) => onChange(withRetries(body, Number(count)))}
        />
      </div>
      <Field label="Command">
        {(ids) => (
          <textarea
            {...ids}
            rows={Math.min(10, Math.max(2, body.command.split('\n').length))}
            spellCheck={false}
            placeholder="python train.py"
            value={body.command}
            onChange={({ target }) => onChange({ ...body, command: target.value })}
            className={`py-1.5 font-mono text-[12.5px] ${inputClass}`}
          />
        )}
      </Field>
      <EnvFields
        rows={rowsOf(body.parameters?.env)}
        onChange={(rows) => onChange({ ...body, parameters: { ...body.parameters, env: envOf(rows) } })}
      />
    </>
  )
}
