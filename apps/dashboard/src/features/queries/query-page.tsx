import type { QueryContent } from '@cairn/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Save, Trash2 } from 'lucide-react'
import { lazy, type ReactElement, Suspense, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { TextField } from '../../components/field.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { RefusalNote } from '../../components/refusal-note.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { shellWord } from '../../components/snippet-texts.ts'
import { UsedBy } from '../../components/used-by.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'
import { QueryVersions } from './query-versions.tsx'
import { RunQuery } from './run-query.tsx'

const SqlEditor = lazy(async () => ({ default: (await import('./sql-editor.tsx')).SqlEditor }))

const editorHeight = 360

/** @param query what is edited; null = a new one */
function Editor({ query }: { readonly query: QueryContent | null }): ReactElement {
  const client = useClient()
  const navigate = useNavigate()
  const [path, setPath] = useState(query?.path ?? '')
  const [text, setText] = useState(query?.text ?? '')
  const save = useChange({
    change: () => client.queries.putQuery(path.trim(), text),
    keys: [['query'], ['query-to-edit']],
    said: 'The query is kept.',
    failure: 'shown in place',
  })
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(undefined, {
            onSuccess: (saved) => void navigate({ to: '/queries/edit', search: { path: saved.path } }),
          })
        }}
      >
        {query === null ? (
          <TextField label="Path" placeholder="reports/sales.sql" required value={path} onChange={setPath} />
        ) : null}
        <Suspense fallback={<SkeletonBlock height={editorHeight} />}>
          <SqlEditor label="Text of the query" value={text} onChange={setText} />
        </Suspense>
        {save.error === null ? null : <ErrorNote error={save.error} className="mt-3" />}
        <div className="mt-3 mb-6 flex items-center gap-3">
          <Button
            needs="write"
            type="submit"
            tone="primary"
            icon={Save}
            isBusy={save.isPending}
            disabled={text.trim() === '' || text === query?.text}
          >
            Save as a new version
          </Button>
        </div>
      </form>
      <RunQuery text={text} />
    </>
  )
}

function StoredQuery({ path, version }: { readonly path: string; readonly version: number | undefined }): ReactElement {
  const client = useClient()
  const reading = useQuery({
    queryKey: ['query-to-edit', path, version ?? 'newest'],
    queryFn: ({ signal }) => client.queries.getQuery(path, version, { signal }),
    // Read once: what is being written is not written over by a reading.
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })
  return (
    <>
      <Reading of={reading} skeleton={<SkeletonBlock height={editorHeight} />}>
        {(query) => (
          <>
            <Editor key={`${query.path} ${query.version}`} query={query} />
            <UsedBy users={query.usedBy.map(({ id, name }) => ({ kind: 'workflow', id: String(id), name }))} />
          </>
        )}
      </Reading>
      {reading.isLoadingError ? null : <QueryVersions path={path} shown={reading.data?.version ?? null} />}
    </>
  )
}

export function QueryPage(): ReactElement {
  const { path, version } = useSearch({ from: '/queries/edit' })
  const client = useClient()
  const queries = useQueryClient()
  const navigate = useNavigate()
  return (
    <>
      <PageHeader title={path ?? 'New query'} crumbs={[{ label: 'Queries', link: { to: '/queries' } }]}>
        {path === undefined ? null : (
          <ConfirmButton
            needs="write"
            label="Delete"
            icon={Trash2}
            tone="danger"
            question={`Delete ${path}?`}
            onConfirm={async () => {
              await client.queries.deleteQuery(path)
              await queries.invalidateQueries({ queryKey: ['query', 'list'] })
              await navigate({ to: '/queries' })
            }}
          >
            It is refused while a workflow names it.
          </ConfirmButton>
        )}
        {path === undefined ? null : (
          <SnippetButton
            snippets={{
              api: `GET /queries/api/v1/queries/content?path=${encodeURIComponent(path)}`,
              cli: `cairn queries get ${shellWord(path)}`,
              sdk: `const { text } = await client.queries.getQuery(${JSON.stringify(path)})`,
            }}
          />
        )}
      </PageHeader>
      <RefusalNote needs="write" />
      {path === undefined ? <Editor query={null} /> : <StoredQuery path={path} version={version} />}
    </>
  )
}
