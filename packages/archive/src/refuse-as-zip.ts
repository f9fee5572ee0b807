import { CairnError } from '@cairn/contract'
import { refuseArchive, refuseEntry } from './refuse.ts'

/**
 * What a reader threw, as a refusal when the archive is at fault. Faults of the machine
 * (they name a system call) are passed on as they are.
 */
export function refuseAsZip(error: unknown, name?: string): unknown {
  if (!(error instanceof Error) || error instanceof CairnError || 'syscall' in error) return error
  const rule = describeDamage(error.message)
  return name === undefined ? refuseArchive(rule, error) : refuseEntry(name, rule, error)
}

function describeDamage(message: string): string {
  if (message.includes('End of central directory record signature not found')) {
    return 'this is not a zip file, or it is cut off: it has no directory at its end'
  }
  if (message.includes('strong encryption')) return 'it is encrypted; send it unencrypted'
  if (message === 'unexpected EOF') return 'is cut off, or points outside of the file'
  return `is damaged: ${message}`
}
