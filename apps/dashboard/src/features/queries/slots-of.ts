/** Names of the `{{ name }}` of a text, each once, in their order. */
export function slotsOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)].map(([, name = '']) => name))]
}
