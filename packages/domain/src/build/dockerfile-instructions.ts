/** A Dockerfile cut into its instructions, so that single ones can be changed and all else stays as it was written. */

export interface DockerfileInstruction {
  /** In capitals, e.g. `RUN`. */
  readonly keyword: string
  /** Counted from 0. */
  readonly line: number
  /** Its lines as written, joined by line feeds, without the texts of here-documents. */
  readonly text: string
  /** Lines of its here-documents, with the lines that end them; empty = it has none. */
  readonly hereLines: readonly string[]
}

export interface ParsedDockerfile {
  /** The character that continues a line when it is the last one. */
  readonly escape: '\\' | '`'
  /** Comments and blank lines between instructions are texts, the rest are instructions; in the order written. */
  readonly parts: readonly (string | DockerfileInstruction)[]
}

const escapeDirective = /^#\s*escape\s*=\s*(\\|`)\s*$/i
const directive = /^#\s*[a-z][a-z0-9]*\s*=/i
const hereDocument = /(?:^|\s)\d*<<(-?)(["']?)([A-Za-z_][A-Za-z0-9_]*)\2(?=\s|$)/g
const takesHereDocuments: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD'])

/** Line ends become line feeds. */
export function parseDockerfile(dockerfile: string): ParsedDockerfile {
  const lines = dockerfile.split(/\r\n|\n/)
  const escape = findEscape(lines)
  const parts: (string | DockerfileInstruction)[] = []
  for (let at = 0; at < lines.length; ) {
    const first = lines[at] ?? ''
    if (isComment(first) || first.trim() === '') {
      parts.push(first)
      at += 1
      continue
    }
    const end = endOfInstruction(lines, at, escape)
    const text = lines.slice(at, end).join('\n')
    const keyword = /^\s*([A-Za-z]+)/.exec(first)?.[1]?.toUpperCase() ?? ''
    const hereEnd = takesHereDocuments.has(keyword) ? endOfHereDocuments(lines, end, text) : end
    parts.push({ keyword, line: at, text, hereLines: lines.slice(end, hereEnd) })
    at = hereEnd
  }
  return { escape, parts }
}

export function isComment(line: string): boolean {
  return line.trimStart().startsWith('#')
}

function findEscape(lines: readonly string[]): '\\' | '`' {
  for (const line of lines) {
    if (!directive.test(line)) break
    const character = escapeDirective.exec(line)?.[1]
    if (character !== undefined) return character === '`' ? '`' : '\\'
  }
  return '\\'
}

/** Comments and blank lines inside of a continued line belong to it. */
function endOfInstruction(lines: readonly string[], from: number, escape: string): number {
  let at = from
  let isOpen = true
  while (isOpen && at < lines.length) {
    const line = lines[at] ?? ''
    const isPassedOver = at > from && (isComment(line) || line.trim() === '')
    if (!isPassedOver) isOpen = line.trimEnd().endsWith(escape)
    at += 1
  }
  return at
}

function endOfHereDocuments(lines: readonly string[], from: number, text: string): number {
  let at = from
  for (const [, tabs, , name] of text.matchAll(hereDocument)) {
    const isEnd = (line: string): boolean => (tabs === '-' ? line.replace(/^\t+/, '') : line) === name
    const rest = lines.slice(at).findIndex(isEnd)
    if (rest === -1) return lines.length
    at += rest + 1
  }
  return at
}
