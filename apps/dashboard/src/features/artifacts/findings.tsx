import type { ArtifactVersion } from '@cairn/sdk'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { bytesText } from '../../format/bytes.ts'

type Scan = NonNullable<ArtifactVersion['scan']>

function FindingList({ scan }: { readonly scan: Scan }): ReactElement {
  return (
    <ul className="space-y-1">
      {scan.secrets.map(({ file, line, kind }) => (
        <li key={`${file} ${line} ${kind}`} className="[overflow-wrap:anywhere]">
          <code>
            {file}:{line}
          </code>{' '}
          <span className="text-faint">looks like {kind.replaceAll('_', ' ')}</span>
        </li>
      ))}
      {scan.oversizedFiles.map(({ file, sizeBytes }) => (
        <li key={file} className="[overflow-wrap:anywhere]">
          <code>{file}</code> <span className="text-faint">is large: {bytesText(sizeBytes)}</span>
        </li>
      ))}
      {scan.isComplete ? null : <li className="text-faint">There may be more: not all was looked through.</li>}
    </ul>
  )
}

/** What looking through a version found. */
export function Findings({ version: { scan } }: { readonly version: ArtifactVersion }): ReactElement {
  const [isOpen, setOpen] = useState(false)
  if (scan === null) return <span className="text-faint">–</span>
  const count = scan.secrets.length + scan.oversizedFiles.length
  if (count === 0) {
    return (
      <span className="inline-flex items-center gap-1.5 text-good">
        <CircleCheck size={15} aria-hidden />
        Nothing found
      </span>
    )
  }
  return (
    <>
      <button
        type="button"
        className="relative inline-flex items-center gap-1.5 rounded text-warn hover:underline"
        onClick={() => setOpen(true)}
      >
        <TriangleAlert size={15} aria-hidden />
        {count} to look at
      </button>
      {isOpen ? (
        <Dialog title="What was found" onClose={() => setOpen(false)} isWide>
          <FindingList scan={scan} />
        </Dialog>
      ) : null}
    </>
  )
}
