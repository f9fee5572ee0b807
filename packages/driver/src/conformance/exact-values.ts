/** Values that a shell or an engine might change on their way; `scripts.printEnvironment` prints what arrived. */
export const exactValues = {
  CONF_EMPTY: '',
  CONF_EQUALS: 'a=b=c',
  CONF_LINES: 'one\ntwo\r\n\ttab',
  CONF_FEEDS: '\n\n',
  CONF_QUOTES: `'single' "double" \`back\` $HOME $(id) \\ \\n ! '\\''`,
  CONF_UNICODE: 'žluťoučký 🐎 \u202E',
  CONF_LONG: 'x'.repeat(60_000),
} as const satisfies Record<string, string>

/** Reads the lines of `scripts.printEnvironment`. */
export function readPrinted(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', hex = ''] = line.split(' ')
      return [name, Buffer.from(hex, 'hex').toString()]
    }),
  )
}
