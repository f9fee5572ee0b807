const argument = /^\s*ARG\s+(.*)$/iu
const quotedText = /"[^"]*"|'[^']*'/gu
const argumentName = /^[A-Za-z_][A-Za-z0-9_]*/u

/**
 * Names that a Dockerfile takes as build arguments, so that one nobody asked for is not passed (builders warn of it).
 * Knows line continuations by the default escape character and comments, not heredocs.
 */
export function declaredArguments(dockerfile: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const instruction of joinContinuedLines(dockerfile)) {
    const words = argument.exec(instruction)?.[1]?.replaceAll(quotedText, '').trim().split(/\s+/u) ?? []
    for (const word of words) {
      const name = argumentName.exec(word)?.[0]
      if (name !== undefined) names.add(name)
    }
  }
  return names
}

function joinContinuedLines(text: string): string[] {
  const lines = text.split(/\r?\n/u).filter((line) => !line.trimStart().startsWith('#'))
  return lines
    .join('\n')
    .replaceAll(/\\[ \t]*\n/gu, ' ')
    .split('\n')
}
