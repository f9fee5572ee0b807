import { errorCatalog } from '../errors.ts'

/** The text of docs/errors.md: every error code with its status and meaning. */
export function errorCatalogPage(): string {
  const rows = Object.entries(errorCatalog)
    .toSorted(([, a], [, b]) => a.status - b.status)
    .map(([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`)
  return `# Errors

Every refusal is a JSON object: \`code\` (permanent, from this table), \`detail\` and \`message\` (the same text for people),
\`requestId\` (as in the server log and the \`x-request-id\` header) and, where fields break rules, \`errors\`: a list of
\`{ field, rule }\`. Generated from the catalog in \`packages/contract\`; do not edit.

| code | status | meaning |
| --- | --- | --- |
${rows.join('\n')}
`
}
