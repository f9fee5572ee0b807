/** Colours of terminals in lines of logs: `ESC [ 31 m` and the like. Other control sequences are left out. */

export interface StyledText {
  readonly text: string
  /** Number of a colour, 0 to 15; null = that of the page. */
  readonly colour: number | null
  readonly isBold: boolean
}

const escape = '\u001b'

/** Where a sequence that starts at `from` ends, and its parameters when it sets a style; null = it does not end. */
function sequenceAt(line: string, from: number): { readonly end: number; readonly style: string | null } | null {
  if (line[from + 1] !== '[') return { end: from + 2, style: null }
  for (let at = from + 2; at < line.length; at += 1) {
    const code = line.charCodeAt(at)
    if (code >= 0x40 && code <= 0x7e) {
      return { end: at + 1, style: line[at] === 'm' ? line.slice(from + 2, at) : null }
    }
  }
  return null
}

interface Style {
  readonly colour: number | null
  readonly isBold: boolean
}

const plain: Style = { colour: null, isBold: false }

function restyled(before: Style, parameters: string): Style {
  let style = before
  const codes = parameters.split(';').map(Number)
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 0) style = plain
    else if (code === 1) style = { ...style, isBold: true }
    else if (code === 22) style = { ...style, isBold: false }
    else if (code === 39) style = { ...style, colour: null }
    else if (code >= 30 && code <= 37) style = { ...style, colour: code - 30 }
    else if (code >= 90 && code <= 97) style = { ...style, colour: code - 90 + 8 }
    else if (code === 38 || code === 48) {
      // 38;5;N and 38;2;R;G;B: of the many colours only the first 16 are shown.
      const isIndexed = codes[at + 1] === 5
      const colour = codes[at + 2] ?? 0
      if (code === 38 && isIndexed && colour < 16) style = { ...style, colour }
      at += isIndexed ? 2 : 4
    }
  }
  return style
}

/** A line as pieces of one style each. A line without sequences is one piece. */
export function styledPieces(line: string): readonly StyledText[] {
  if (!line.includes(escape)) return [{ text: line, ...plain }]
  const pieces: StyledText[] = []
  let style = plain
  let from = 0
  for (;;) {
    const at = line.indexOf(escape, from)
    const text = line.slice(from, at === -1 ? undefined : at)
    if (text !== '') pieces.push({ text, ...style })
    if (at === -1) return pieces
    const sequence = sequenceAt(line, at)
    if (sequence === null) return pieces
    if (sequence.style !== null) style = restyled(style, sequence.style)
    from = sequence.end
  }
}

/** The line as it reads. */
export function plainText(line: string): string {
  if (!line.includes(escape)) return line
  return styledPieces(line)
    .map(({ text }) => text)
    .join('')
}
