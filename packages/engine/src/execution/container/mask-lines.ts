/**
 * Takes secrets out of the lines of a log. A line over 256 KiB comes in pieces; a secret that is cut by their ends is found
 * too, so a full piece is held back until the next line of its stream, which shows what follows it.
 */
import { maskRanges, type SecretMask, type TextRange } from '@cairn/domain'
import { type LogLine, maxLogLineBytes } from '@cairn/driver'

type Stream = LogLine['stream']

interface HeldPiece {
  readonly line: LogLine
  /** Units at its beginning that belong to a secret which began in the piece before. */
  readonly maskedStart: number
}

type Batches = AsyncIterable<readonly LogLine[]>

/** The same lines in the same order within each stream, without secrets. */
export function maskLines(batches: Batches, mask: SecretMask): Batches {
  return mask.longest === 0 ? batches : maskedBatches(batches, new PieceMask(mask))
}

async function* maskedBatches(batches: Batches, pieces: PieceMask): AsyncGenerator<readonly LogLine[]> {
  for await (const batch of batches) {
    const lines = batch.flatMap((line) => pieces.push(line))
    if (lines.length > 0) yield lines
  }
  const rest = pieces.end()
  if (rest.length > 0) yield rest
}

/** No character is longer, so a cut piece is at most this much shorter than a full one. */
const longestCharacterBytes = 4

function isFullPiece({ text }: LogLine): boolean {
  const fewestBytes = maxLogLineBytes - longestCharacterBytes
  return text.length * 3 > fewestBytes && Buffer.byteLength(text) > fewestBytes
}

/** As {@link maskLines}, line by line. */
export function createLineMask(mask: SecretMask): Pick<PieceMask, 'push' | 'end'> {
  return new PieceMask(mask)
}

class PieceMask {
  readonly #mask: SecretMask
  readonly #held = new Map<Stream, HeldPiece>()

  constructor(mask: SecretMask) {
    this.#mask = mask
  }

  /** What can be given out now. */
  push(line: LogLine): LogLine[] {
    const before = this.#held.get(line.stream)
    if (before === undefined && !isFullPiece(line)) return [this.#masked({ line, maskedStart: 0 }, [])]
    this.#held.delete(line.stream)
    const given: LogLine[] = []
    let maskedStart = 0
    if (before !== undefined) {
      const across = this.#findAcross(before.line.text, line.text)
      maskedStart = across === null ? 0 : Math.max(0, across[1] - before.line.text.length)
      given.push(this.#masked(before, across === null ? [] : [[across[0], before.line.text.length]]))
    }
    if (isFullPiece(line)) this.#held.set(line.stream, { line, maskedStart })
    else given.push(this.#masked({ line, maskedStart }, []))
    return given
  }

  end(): LogLine[] {
    const rest = [...this.#held.values()].map((piece) => this.#masked(piece, []))
    this.#held.clear()
    return rest.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  }

  #masked({ line, maskedStart }: HeldPiece, alsoMasked: readonly TextRange[]): LogLine {
    const start: TextRange[] = maskedStart === 0 ? [] : [[0, maskedStart]]
    const ranges = [...start, ...this.#mask.find(line.text), ...alsoMasked]
    return ranges.length === 0 ? line : { ...line, text: maskRanges(line.text, joined(ranges)) }
  }

  /** The secret that lies over the end of one text and the beginning of the next; in units of the first. */
  #findAcross(one: string, next: string): TextRange | null {
    const from = Math.max(0, one.length - this.#mask.longest)
    const border = one.length - from
    const around = one.slice(from) + next.slice(0, this.#mask.longest)
    const found = this.#mask.find(around).find(([start, end]) => start < border && end > border)
    return found === undefined ? null : [found[0] + from, found[1] + from]
  }
}

/** Ranges that overlap or touch become one. */
function joined(ranges: readonly TextRange[]): TextRange[] {
  const result: [number, number][] = []
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last === undefined || from > last[1]) result.push([from, to])
    else last[1] = Math.max(last[1], to)
  }
  return result
}
