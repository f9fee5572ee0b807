import { CairnApiError } from '@cairn/sdk'

/** What went wrong, for people: the server's words without the name of the operation, which the SDK puts before them. */
export function errorWords(error: Error): string {
  if (!(error instanceof CairnApiError)) return error.message
  const before = `${error.operation} was refused with ${error.status}: `
  const words = error.message.startsWith(before) ? error.message.slice(before.length) : error.message
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}
