import { isEnvironmentFile, type SecretKind } from './secret-shapes.ts'
import { TextScan } from './scan-text.ts'

/** Bounds of one scan. */
export interface ScanLimits {
  /** Bytes of one file, unpacked, beyond which it is reported as oversized. */
  readonly oversizedBytes: number
  /** Bytes from the start of one file in which secrets are looked for. */
  readonly maxFileBytes: number
  /** Bytes of all files together in which secrets are looked for. */
  readonly maxTotalBytes: number
  /** Most secrets, and most oversized files, that a report names. */
  readonly maxFindings: number
}

const mebibyte = 1024 * 1024

export const defaultScanLimits: ScanLimits = {
  oversizedBytes: 10 * mebibyte,
  maxFileBytes: 8 * mebibyte,
  maxTotalBytes: 256 * mebibyte,
  maxFindings: 100,
}

export interface FoundSecret {
  /** Path in the archive. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly kind: SecretKind
}

export interface OversizedFile {
  readonly file: string
  /** Unpacked. */
  readonly sizeBytes: number
}

export interface ScanReport {
  /** Where secrets stand, never what they are. In the order of the archive. */
  readonly secrets: readonly FoundSecret[]
  /** In the order of the archive. */
  readonly oversizedFiles: readonly OversizedFile[]
  /** Whether every text was looked at to its end and everything that was found is named. */
  readonly isComplete: boolean
}

/** Takes the pieces of one file. */
export interface FileScan {
  push(piece: Buffer): void
  end(): void
}

/** Collects what is found in the files of one archive, as they are unpacked; see {@link inspectZip}. */
export interface ZipScan {
  /** The next file; the one before has ended. */
  openFile(path: string, sizeBytes: number): FileScan
  report(): ScanReport
}

/** How much of a file decides on whether it is text. */
const probeBytes = 8192

/**
 * Looks for well-known shapes of secrets in text files and for large files. Files with a NUL byte near their start count
 * as binary and are not looked into, archives in the archive neither. Holds two pieces of one file at a time.
 *
 * @example
 * const scan = createZipScan()
 * await inspectZip(path, defaultArchiveLimits, { signal, scan })
 * scan.report().secrets // [{ file: 'config.py', line: 3, kind: 'aws_access_key_id' }]
 */
export function createZipScan(limits: ScanLimits = defaultScanLimits): ZipScan {
  const secrets: FoundSecret[] = []
  const oversizedFiles: OversizedFile[] = []
  let isComplete = true
  let bytesLeft = limits.maxTotalBytes

  function add<Finding>(list: Finding[], finding: Finding): void {
    if (list.length < limits.maxFindings) list.push(finding)
    else isComplete = false
  }

  function openFile(file: string, sizeBytes: number): FileScan {
    if (sizeBytes > limits.oversizedBytes) add(oversizedFiles, { file, sizeBytes })
    const text = new TextScan(isEnvironmentFile(file), (found) => add(secrets, { file, ...found }))
    let fileBytesLeft = limits.maxFileBytes
    let isFirst = true
    let isBinary = false
    return {
      push(piece) {
        if (isFirst) isBinary = piece.subarray(0, probeBytes).includes(0)
        isFirst = false
        if (isBinary) return
        const taken = Math.min(piece.length, fileBytesLeft, bytesLeft)
        if (taken < piece.length) isComplete = false
        fileBytesLeft -= taken
        bytesLeft -= taken
        if (taken > 0) text.push(piece.subarray(0, taken))
      },
      end: () => text.end(),
    }
  }

  return { openFile, report: () => ({ secrets, oversizedFiles, isComplete }) }
}
