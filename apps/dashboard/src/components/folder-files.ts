/** A file of a folder that was chosen or dropped. */
export interface FolderFile {
  /** Within the folder, with `/` between names. */
  readonly path: string
  readonly file: File
}

export interface Folder {
  readonly name: string
  readonly files: readonly FolderFile[]
}

/** The folder that was chosen in a file field with `webkitdirectory`; null = nothing was. */
export function folderOfInput(files: FileList | null): Folder | null {
  const chosen = [...(files ?? [])]
  const name = chosen[0]?.webkitRelativePath.split('/', 1)[0]
  if (name === undefined) return null
  return {
    name,
    files: chosen.map((file) => ({ path: file.webkitRelativePath.slice(name.length + 1), file })),
  }
}

/**
 * The folder that was dropped; null = what was dropped is none.
 *
 * Has to be called in the handler of the drop: the browser forgets what was dropped afterwards.
 */
export function folderOfDrop(transfer: DataTransfer): Promise<Folder> | null {
  const entry = [...transfer.items].map((item) => item.webkitGetAsEntry()).find((each) => each?.isDirectory === true)
  if (!(entry instanceof FileSystemDirectoryEntry)) return null
  return filesBelow(entry, '').then((files) => ({ name: entry.name, files }))
}

async function filesBelow(directory: FileSystemDirectoryEntry, prefix: string): Promise<FolderFile[]> {
  const found: FolderFile[] = []
  for (const entry of await entriesOf(directory)) {
    const path = `${prefix}${entry.name}`
    if (entry instanceof FileSystemDirectoryEntry) found.push(...(await filesBelow(entry, `${path}/`)))
    else if (entry instanceof FileSystemFileEntry) {
      found.push({ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) })
    }
  }
  return found
}

/** Browsers give a hundred at a time. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}
