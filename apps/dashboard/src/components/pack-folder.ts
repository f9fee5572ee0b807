import { bytesText } from '../format/bytes.ts'
import type { Folder } from './folder-files.ts'
import { filesToZip, zipFiles } from './zip-files.ts'

/** The folder as a zip that is about to be uploaded; `say` is told how far it is. */
export async function packFolder(folder: Folder, say: (progress: string) => void): Promise<Blob> {
  const files = await filesToZip(folder.files)
  const total = bytesText(files.reduce((sum, { file }) => sum + file.size, 0))
  const zip = await zipFiles(files, (bytes) => say(`Packing: ${bytesText(bytes)} of ${total}`))
  say(`Uploading ${bytesText(zip.size)}`)
  return zip
}
