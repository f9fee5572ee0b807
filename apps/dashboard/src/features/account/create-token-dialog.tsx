import type { Access, TokenScope } from '@cairn/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { Code } from '../../components/empty-state.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { useClient, useSession } from '../../session/client-context.ts'

const scopes: readonly (readonly [value: TokenScope, label: string])[] = [
  ['read', 'Read'],
  ['run', 'Run – start, stop and try as well'],
  ['write', 'Write – all that your role allows'],
]

/** No token can do more than who makes it, so no more is offered. */
function scopesOf(access: Access): typeof scopes {
  const most = access === 'read' ? 1 : access === 'run' ? 2 : 3
  return scopes.slice(0, most)
}

const ends = [
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
  ['', 'Never'],
] as const
type End = (typeof ends)[number][0]

/** Makes a token and shows it, once. */
export function CreateTokenDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const [label, setLabel] = useState('')
  const offered = scopesOf(useSession().access)
  const [scope, setScope] = useState<TokenScope>(offered.length > 1 ? 'run' : 'read')
  const [end, setEnd] = useState<End>('90')
  const create = useMutation({
    mutationFn: () => client.people.createToken({ label, scope, ...(end !== '' && { expiresInDays: Number(end) }) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['token'] }),
  })
  if (create.data !== undefined) {
    return (
      <Dialog title={`Token ${create.data.label}`} onClose={onClose}>
        <p className="mb-3 text-faint">Copy it now: it is not shown again.</p>
        <Code text={create.data.token} />
      </Dialog>
    )
  }
  return (
    <DialogForm
      title="New token"
      submitLabel="Make it"
      onClose={onClose}
      onSubmit={() => create.mutate()}
      action={create}
    >
      <TextField label="What it is for" required maxLength={256} autoComplete="off" value={label} onChange={setLabel} />
      <SelectField label="It may" value={scope} choices={offered} onChange={setScope} />
      <SelectField label="It ends" value={end} choices={ends} onChange={setEnd} />
    </DialogForm>
  )
}
