import type { CairnClient } from '@cairn/sdk'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button, buttonClass } from '../../components/button.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { ChoiceField, SearchField } from '../../components/search-field.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { type AuditSearch, readAuditSearch } from './audit-search.ts'
import { AuditTable } from './audit-table.tsx'

const pageSize = 50
const kinds = ['workflow', 'run', 'service', 'image', 'artifact', 'secret', 'query', 'user', 'token', 'session']
const kindChoices = [['', 'Anything'], ...kinds.map((kind) => [kind, kind] as const)] as const
const resultChoices = [
  ['', 'Any result'],
  ['done', 'Done'],
  ['refused', 'Refused'],
] as const

function filtersOf({ user, kind, result }: AuditSearch) {
  return {
    ...(user !== undefined && { user }),
    ...(kind !== undefined && { resourceKind: kind }),
    ...(result !== undefined && { result }),
  }
}

function auditQuery(client: CairnClient, search: AuditSearch) {
  return queryOptions({
    queryKey: ['audit', 'list', search],
    queryFn: async ({ signal }) => {
      const query = { ...filtersOf(search), pageSize, pageNumber: search.page ?? 1 }
      for await (const page of client.people.listAuditEvents(query, { signal }).pages()) return page
      return null
    },
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs.resting,
  })
}

function AuditFilters({
  search,
  onChange,
}: {
  readonly search: AuditSearch
  readonly onChange: (next: Readonly<Record<string, unknown>>) => void
}): ReactElement {
  const { page: _page, ...filters } = search
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      <SearchField
        label="E-mail of the user"
        value={search.user ?? ''}
        onChange={(user) => onChange({ ...filters, user })}
      />
      <ChoiceField
        label="Resource"
        value={search.kind ?? ''}
        choices={kindChoices}
        onChange={(kind) => onChange({ ...filters, kind })}
      />
      <ChoiceField
        label="Result"
        value={search.result ?? ''}
        choices={resultChoices}
        onChange={(result) => onChange({ ...filters, result })}
      />
    </div>
  )
}

export function AuditPage(): ReactElement {
  const search = useSearch({ from: '/audit' })
  const navigate = useNavigate()
  const reading = useQuery(auditQuery(useClient(), search))
  const show = (next: Readonly<Record<string, unknown>>): void =>
    void navigate({ to: '/audit', search: readAuditSearch(next), replace: true })
  const { page = 1, ...filters } = search
  const exported = new URLSearchParams({ ...filtersOf(search), format: 'csv' })
  return (
    <>
      <PageHeader title="Audit log" text="Who changed what, who was refused, and who signed in, over the last 90 days.">
        <a href={`/people/api/v1/audit/export?${exported.toString()}`} download className={buttonClass('plain')}>
          <Download size={15} aria-hidden />
          CSV
        </a>
        <SnippetButton
          snippets={{
            api: 'GET /people/api/v1/audit?result=refused',
            cli: 'cairn audit --result refused -o table',
            sdk: "const refused = await client.people.listAuditEvents({ result: 'refused' }).all({ limit: 100 })",
          }}
        />
      </PageHeader>
      <AuditFilters search={search} onChange={show} />
      <Reading of={reading}>
        {(found) =>
          found === null || found.events.length === 0 ? (
            <p className="py-8 text-center text-faint">Nothing is like that.</p>
          ) : (
            <>
              <AuditTable events={found.events} />
              <div className="mt-3 flex items-center justify-end gap-2 text-[13px] text-faint">
                Page {found.pageNumber} of {found.pageCount}
                <Button isSmall disabled={page <= 1} onClick={() => show({ ...filters, page: page - 1 })}>
                  Newer
                </Button>
                <Button isSmall disabled={page >= found.pageCount} onClick={() => show({ ...filters, page: page + 1 })}>
                  Older
                </Button>
              </div>
            </>
          )
        }
      </Reading>
    </>
  )
}
