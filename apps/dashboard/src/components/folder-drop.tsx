import { FolderUp } from 'lucide-react'
import { type DragEvent, type ReactElement, useRef, useState } from 'react'
import { bytesText } from '../format/bytes.ts'
import { Button } from './button.tsx'
import { type Folder, folderOfDrop, folderOfInput } from './folder-files.ts'

function Chosen({ folder }: { readonly folder: Folder | null }): ReactElement {
  if (folder === null) return <p className="text-faint">Drop a folder here</p>
  const bytes = folder.files.reduce((sum, { file }) => sum + file.size, 0)
  return (
    <p>
      <span className="font-medium">{folder.name}</span>
      <span className="text-faint">
        {' '}
        · {folder.files.length} files, {bytesText(bytes)}
      </span>
    </p>
  )
}

/** Takes a folder that is dropped or chosen. */
export function FolderDrop({
  folder,
  onFolder,
}: {
  readonly folder: Folder | null
  readonly onFolder: (folder: Folder) => void
}): ReactElement {
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const [note, setNote] = useState<string | null>(null)
  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault()
    setOver(false)
    const dropped = folderOfDrop(event.dataTransfer)
    setNote(dropped === null ? 'That is no folder. Drop the folder itself.' : null)
    if (dropped !== null) onFolder(await dropped)
  }
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
      className={`mb-3 flex flex-col items-center rounded-lg border border-dashed px-4 py-6 text-center ${isOver ? 'border-accent bg-raised' : 'border-edge/60'}`}
    >
      <FolderUp size={20} aria-hidden className="mb-2 text-faint" />
      <Chosen folder={folder} />
      {note === null ? null : (
        <p role="alert" className="mt-1 text-bad">
          {note}
        </p>
      )}
      <Button isSmall className="mt-3" onClick={() => input.current?.click()}>
        {folder === null ? 'Choose a folder' : 'Choose another one'}
      </Button>
      <input
        ref={input}
        type="file"
        aria-label="Folder"
        className="hidden"
        // No type of React's knows it.
        {...{ webkitdirectory: '' }}
        onChange={(event) => {
          const chosen = folderOfInput(event.target.files)
          setNote(null)
          if (chosen !== null) onFolder(chosen)
        }}
      />
    </div>
  )
}
