import type { Entry, LocalFileHeader } from 'yauzl'
import { zip64Sizes } from './zip64-sizes.ts'

/** Whether an entry's own header says what the directory of the archive says, in its zip64 field as well. */
export function agreesWithDirectory(local: LocalFileHeader, entry: Entry): boolean {
  const sizesFollowData = (local.generalPurposeBitFlag & 0x8) !== 0
  const { packed, unpacked } = zip64Sizes(local.extraField, {
    packed: local.compressedSize,
    unpacked: local.uncompressedSize,
  })
  return (
    local.fileName.equals(entry.fileNameRaw) &&
    local.compressionMethod === entry.compressionMethod &&
    ((local.generalPurposeBitFlag ^ entry.generalPurposeBitFlag) & 0x1) === 0 &&
    (sizesFollowData || (packed === entry.compressedSize && unpacked === entry.uncompressedSize))
  )
}
