import { errorCatalog, type Route, routes, wireLimits } from '@cairn/contract'

function entryOf([id, route]: [string, Route]): string {
  const facts = {
    method: route.method,
    path: route.path,
    bodyKind: route.bodyKind,
    auth: route.auth,
    answers: route.response.kind,
  }
  const written = Object.entries(facts).map(([key, value]) => `${key}: '${value}'`)
  return `  ${id}: { ${written.join(', ')} },`
}

/** packages/sdk/src/generated/operations.ts: what a client needs of the contract at run time, without its schemas. */
export function operationTable(): string {
  const entries: [string, Route][] = Object.entries(routes)
  const codes = Object.keys(errorCatalog).map((code) => `  '${code}',`)
  return [
    '// Written by `npm run generate` from the route table of the contract. A client that loaded the schemas as well would',
    '// carry the whole validation into every browser.',
    "import type { ErrorCode, OperationId, Route } from '@cairn/contract'",
    '',
    '/** How an operation is called and what it answers with. */',
    "export interface OperationFacts extends Pick<Route, 'method' | 'path' | 'bodyKind' | 'auth'> {",
    "  readonly answers: Route['response']['kind']",
    '}',
    '',
    '/** Every operation by its id. */',
    'export const operations: Readonly<Record<OperationId, OperationFacts>> = {',
    ...entries.map(entryOf),
    '}',
    '',
    '/** Every permanent error code. */',
    'export const errorCodes: readonly ErrorCode[] = [',
    ...codes,
    ']',
    '',
    '/** Bytes of a zip that is made in memory, unless told otherwise. */',
    `export const artifactBytes = ${wireLimits.artifactBytes}`,
    '',
  ].join('\n')
}
