/** Longest text of one log line in bytes of UTF-8; a longer line arrives in pieces. */
export const maxLogLineBytes = 256 * 1024

/**
 * Cuts a line's bytes into pieces of at most `maxBytes`, never inside a UTF-8 character. An empty line is one empty piece.
 *
 * @example
 * cutLine(Buffer.from('aé'), 2) // 'a', 'é'
 */
export function cutLine(line: Buffer, maxBytes: number): Buffer[] {
  const pieces: Buffer[] = []
  let rest = line
  while (rest.length > maxBytes) {
    const end = characterBoundary(rest, maxBytes)
    pieces.push(rest.subarray(0, end))
    rest = rest.subarray(end)
  }
  return [...pieces, rest]
}

/** The last place at or before `end` at which a character begins; `end` itself in bytes that are not UTF-8. */
export function characterBoundary(bytes: Buffer, end: number): number {
  const longestCharacter = 4
  for (let place = end; place > end - longestCharacter && place > 0; place--) {
    const isContinuation = ((bytes[place] ?? 0) & 0xc0) === 0x80
    if (!isContinuation) return place
  }
  return end
}
