import { stripVTControlCharacters } from 'node:util'

/**
 * A terminal would obey control characters of somebody else's name or log: it gets none but line ends, tabs and carriage
 * returns. A file or a pipe gets every byte.
 */
export function terminalSafe(text: string, stream: { readonly isTerminal: boolean }): string {
  if (!stream.isTerminal) return text
  return stripVTControlCharacters(text).replaceAll(/(?![\t\n\r])\p{Cc}/gu, '')
}
