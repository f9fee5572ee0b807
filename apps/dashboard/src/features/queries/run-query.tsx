import { useMutation } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { TextField } from '../../components/field.tsx'
import { useClient } from '../../session/client-context.ts'
import { QueryResult } from './query-result.tsx'
import { slotsOf } from './slots-of.ts'

/** Runs the text as it stands in the editor, with values for what is to be filled in, and shows the first rows. */
export function RunQuery({ text }: { readonly text: string }): ReactElement {
  const client = useClient()
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const slots = slotsOf(text)
  const run = useMutation({
    mutationFn: () => {
      const parameters = Object.fromEntries(slots.map((name) => [name, values[name] ?? '']))
      return client.queries.runQuery(text, { parameters })
    },
  })
  return (
    <section aria-label="Try it" className="mb-6">
      {slots.length === 0 ? null : (
        <div className="grid gap-x-4 sm:grid-cols-3">
          {slots.map((name) => (
            <TextField
              key={name}
              label={name}
              spellCheck={false}
              value={values[name] ?? ''}
              onChange={(value) => setValues({ ...values, [name]: value })}
            />
          ))}
        </div>
      )}
      <Button
        needs="write"
        icon={Play}
        isBusy={run.isPending}
        disabled={text.trim() === ''}
        className="mb-3"
        onClick={() => run.mutate()}
      >
        Run it
      </Button>
      {run.error === null ? null : <ErrorNote error={run.error} className="mb-3" />}
      {run.data === undefined ? null : <QueryResult result={run.data} />}
    </section>
  )
}
