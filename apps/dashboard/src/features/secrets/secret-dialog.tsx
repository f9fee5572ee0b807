import { type ReactElement, useState } from 'react'
import { DialogForm } from '../../components/dialog-form.tsx'
import { Field, inputClass, TextField } from '../../components/field.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'

/** @param name of the secret that gets another value; null = a new secret */
export function SecretDialog({
  name,
  onClose,
}: {
  readonly name: string | null
  readonly onClose: () => void
}): ReactElement {
  const { secrets } = useClient()
  const [newName, setNewName] = useState('')
  const [value, setValue] = useState('')
  const save = useChange({
    change: () => (name === null ? secrets.createSecret(newName.trim(), value) : secrets.rotateSecret(name, value)),
    keys: [['secret']],
    said: name === null ? 'The secret is kept.' : 'The secret has its new value.',
    failure: 'shown in place',
  })
  return (
    <DialogForm
      title={name === null ? 'New secret' : `New value of ${name}`}
      submitLabel={name === null ? 'Create' : 'Rotate'}
      onClose={onClose}
      onSubmit={() => save.mutate(undefined, { onSuccess: onClose })}
      action={save}
    >
      {name === null ? (
        <TextField
          label="Name"
          hint="Given to steps as a variable of this name, in capitals with _ for -."
          placeholder="db-password"
          required
          value={newName}
          onChange={setNewName}
        />
      ) : (
        <p className="mb-3 text-faint">
          What starts from now on gets the new value. What runs keeps the one that it started with.
        </p>
      )}
      <Field label="Value" hint="It is not shown again, to nobody.">
        {(ids) => (
          <textarea
            {...ids}
            required
            rows={3}
            spellCheck={false}
            autoComplete="off"
            value={value}
            onChange={(event) => setValue(event.target.value)}
            className={`py-1.5 font-mono text-[13px] [-webkit-text-security:disc] ${inputClass}`}
          />
        )}
      </Field>
    </DialogForm>
  )
}
