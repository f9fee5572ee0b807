/**
 * Looks for secrets in the text of one file that comes in pieces.
 *
 * Always true: `#text` is the end of what came, at most {@link longestShape} characters between two calls; `#line` is the
 * number of the line on which it begins. A match that touches the end is left for the next piece, which may go on with it,
 * so a secret is seen whole and once wherever the pieces meet.
 */
import { assignedLine, longestShape, secretPattern, type SecretKind } from './secret-shapes.ts'

export interface SeenSecret {
  /** From 1. */
  readonly line: number
  readonly kind: SecretKind
}

const pattern = secretPattern()

export class TextScan {
  readonly #isEnvironment: boolean
  readonly #found: (secret: SeenSecret) => void
  #text = ''
  #line = 1
  /** What stands before this place in `#text` was judged before. */
  #judged = 0
  #hasAssignment = false

  constructor(isEnvironment: boolean, found: (secret: SeenSecret) => void) {
    this.#isEnvironment = isEnvironment
    this.#found = found
  }

  push(piece: Buffer): void {
    this.#text += piece.toString('latin1')
    this.#judge(false)
    this.#forget(Math.max(0, this.#text.length - longestShape))
  }

  end(): void {
    this.#judge(true)
  }

  #judge(isEnd: boolean): void {
    if (this.#isEnvironment && !this.#hasAssignment) this.#judgeAssignments(isEnd)
    const lines = lineCounter(this.#text, this.#line)
    for (const { index, 0: match, groups } of this.#text.matchAll(pattern)) {
      const end = index + match.length
      if (end <= this.#judged || (end === this.#text.length && !isEnd)) continue
      this.#judged = end
      const kind = Object.entries(groups ?? {}).find(([, text]) => text !== undefined)?.[0]
      if (kind !== undefined) this.#found({ line: lines(index), kind: kind as SecretKind })
    }
  }

  #judgeAssignments(isEnd: boolean): void {
    const whole = isEnd ? this.#text : this.#text.slice(0, this.#text.lastIndexOf('\n') + 1)
    const assigned = assignedLine.exec(whole)
    if (assigned === null) return
    this.#hasAssignment = true
    this.#found({ line: lineCounter(this.#text, this.#line)(assigned.index), kind: 'env_file' })
  }

  #forget(length: number): void {
    this.#line = lineCounter(this.#text, this.#line)(length)
    this.#text = this.#text.slice(length)
    this.#judged = Math.max(0, this.#judged - length)
  }
}

/** Answers the line of a place in the text; ask for places in ascending order. */
function lineCounter(text: string, firstLine: number): (place: number) => number {
  let line = firstLine
  let next = text.indexOf('\n')
  return (place) => {
    while (next !== -1 && next < place) {
      line += 1
      next = text.indexOf('\n', next + 1)
    }
    return line
  }
}
