import type { ArtifactDetails, ArtifactFile } from '@cairn/sdk'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { File, FileCode, Folder } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { ChoiceField, SearchField } from '../../components/search-field.tsx'
import { bytesText } from '../../format/bytes.ts'
import { useClient } from '../../session/client-context.ts'

const pageSize = 100

const isProgram = ({ kind, mode }: ArtifactFile): boolean => kind === 'file' && mode === '0755'

function FilePath({ file }: { readonly file: ArtifactFile }): ReactElement {
  const Icon = file.kind === 'directory' ? Folder : isProgram(file) ? FileCode : File
  return (
    <span className="inline-flex items-start gap-2">
      <Icon size={14} aria-hidden className="mt-1 shrink-0 text-faint" />
      <code className="break-all">{file.kind === 'directory' ? `${file.path}/` : file.path}</code>
    </span>
  )
}

const columns: readonly Column<ArtifactFile>[] = [
  { id: 'path', label: 'Path', cell: (file) => <FilePath file={file} /> },
  {
    id: 'size',
    label: 'Size',
    align: 'end',
    cell: ({ kind, sizeBytes }) => (kind === 'directory' ? '' : bytesText(sizeBytes)),
  },
  {
    id: 'packed',
    label: 'Packed',
    align: 'end',
    from: 'sm',
    cell: ({ kind, compressedBytes }) => (kind === 'directory' ? '' : bytesText(compressedBytes)),
  },
  { id: 'mode', label: 'Mode', align: 'end', from: 'md', cell: ({ mode }) => <code>{mode}</code> },
]

function Pages({
  page,
  pageCount,
  onPage,
}: {
  readonly page: number
  readonly pageCount: number
  readonly onPage: (page: number) => void
}): ReactElement | null {
  if (pageCount === 1) return null
  return (
    <p className="mt-2 flex items-center gap-2 text-[13px]">
      <Button isSmall disabled={page === 1} onClick={() => onPage(page - 1)}>
        Before
      </Button>
      Page {page} of {pageCount}
      <Button isSmall disabled={page === pageCount} onClick={() => onPage(page + 1)}>
        Next
      </Button>
    </p>
  )
}

/** What a version of the artifact is made of, the latest at first. */
export function Files({ artifact: { id, versions } }: { readonly artifact: ArtifactDetails }): ReactElement | null {
  const client = useClient()
  const [chosen, setChosen] = useState('')
  const [searchTerm, setSearchTerm] = useState('')
  const [page, setPage] = useState(1)
  const version = versions.find((each) => String(each.version) === chosen)?.version ?? versions[0]?.version
  const query = { pageSize, pageNumber: page, ...(searchTerm !== '' && { searchTerm }) }
  const reading = useQuery({
    queryKey: ['artifact', id, 'files', version, query],
    queryFn: async ({ signal }) => {
      for await (const each of client.artifacts.listArtifactFiles(id, version ?? 1, query, { signal }).pages())
        return each
      return null
    },
    placeholderData: keepPreviousData,
    enabled: version !== undefined,
    // A version is never changed.
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (version === undefined) return null
  return (
    <Panel title="Files">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <ChoiceField
          label="Version"
          value={String(version)}
          choices={versions.map((each) => [String(each.version), `Version ${each.version}`])}
          onChange={(next) => {
            setChosen(next)
            setPage(1)
          }}
        />
        <SearchField
          label="Search files"
          value={searchTerm}
          onChange={(next) => {
            setSearchTerm(next)
            setPage(1)
          }}
        />
      </div>
      <Reading of={reading}>
        {(list) =>
          list === null || list.fileCount === 0 ? (
            <p className="text-faint">{searchTerm === '' ? 'The zip is empty.' : 'No path has that in it.'}</p>
          ) : (
            <>
              <DataTable name="Files" columns={columns} rows={list.files} rowKey={({ path }) => path} />
              <Pages page={list.pageNumber} pageCount={list.pageCount} onPage={setPage} />
              <p className="mt-2 text-[13px] text-faint">
                {list.fileCount} {list.fileCount === 1 ? 'entry' : 'entries'}, {bytesText(list.totalBytes)} unpacked
              </p>
            </>
          )
        }
      </Reading>
    </Panel>
  )
}
