import type { ExportedDocument } from './export-documents.ts'

/** The file of a document. Braces that a template would take for its own are kept from it. */
export async function documentText({ kind, body, remark }: ExportedDocument): Promise<string> {
  const { stringify } = await import('yaml')
  const yaml = stringify({ kind, body }, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })
  const text = `${remark === null ? '' : `# ${remark}\n`}${yaml}`
  return /\{[{%#]/.test(text) ? `{% raw %}\n${text.replaceAll(/\{%([-+]?\s*endraw)/g, keptEnd)}{% endraw %}\n` : text
}

/** The one tag that raw text cannot hold. */
const keptEnd = (_tag: string, rest: string): string => `{% endraw %}{{ "{%" }}{% raw %}${rest}`

/**
 * `workflows/nightly.yaml`. Different things have different files, and a name is never a path of its own.
 *
 * @param name of the thing; of a query its path
 */
export function documentPath(kind: string, name: string): string {
  const safe = encodeURIComponent(name).replace(/^\./, '%2E')
  return `${kind === 'query' ? 'queries' : `${kind}s`}/${safe}.yaml`
}
