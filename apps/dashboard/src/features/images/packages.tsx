import type { SbomSummary } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { saveDownload } from '../../components/save-stream.ts'
import { SearchField } from '../../components/search-field.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'
import { type ImagePackage, packagesOf } from './packages-of-sbom.ts'

const shownAtMost = 200

function PackageTable({ packages }: { readonly packages: readonly ImagePackage[] }): ReactElement {
  const [q, setQ] = useState('')
  const found = packages.filter(({ name }) => name.toLowerCase().includes(q.toLowerCase()))
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <SearchField label="Search packages" value={q} onChange={setQ} />
        <span className="text-[13px] text-faint">
          {found.length > shownAtMost ? `The first ${shownAtMost} of ${found.length}` : `${found.length} packages`}
        </span>
      </div>
      <DataTable
        name="Packages"
        columns={[
          { id: 'name', label: 'Name', cell: ({ name }) => <span className="font-medium">{name}</span> },
          { id: 'version', label: 'Version', cell: ({ version }) => version },
          { id: 'type', label: 'Type', cell: ({ type }) => type },
          { id: 'license', label: 'License', from: 'md', cell: ({ license }) => license ?? '–' },
        ]}
        rows={found.slice(0, shownAtMost)}
        rowKey={({ type, name, version }) => `${type} ${name} ${version}`}
      />
    </>
  )
}

/** The packages in an image. Their list is read when it is asked for: it may be large. */
export function Packages({
  ids,
  summary,
}: {
  readonly ids: { readonly imageId: number; readonly versionId: number }
  readonly summary: SbomSummary
}): ReactElement {
  const client = useClient()
  const [isOpen, setOpen] = useState(false)
  const reading = useQuery({
    queryKey: ['sbom', ids.imageId, ids.versionId],
    queryFn: async ({ signal }) =>
      packagesOf(await new Response((await client.images.downloadSbom(ids, { signal })).stream).json()),
    enabled: isOpen,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const save = useChange({
    change: async () => saveDownload(await client.images.downloadSbom(ids), 'sbom.json'),
    keys: [],
    said: null,
  })
  const counts = Object.entries(summary.packages).map(([type, count]) => `${count} ${type}`)
  return (
    <div className="mt-6">
      <Panel
        title="Packages"
        actions={
          <>
            <Button isSmall onClick={() => setOpen(!isOpen)}>
              {isOpen ? 'Hide' : 'Show'}
            </Button>
            <Button isSmall icon={Download} isBusy={save.isPending} onClick={() => save.mutate(undefined)}>
              CycloneDX
            </Button>
          </>
        }
      >
        <p className="mb-2 text-faint">{counts.length === 0 ? 'None was found.' : counts.join(', ')}</p>
        {summary.incomplete === null ? null : <p className="mb-2 text-warn">{summary.incomplete}</p>}
        {isOpen ? <Reading of={reading}>{(packages) => <PackageTable packages={packages} />}</Reading> : null}
      </Panel>
    </div>
  )
}
