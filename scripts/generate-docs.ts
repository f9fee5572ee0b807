/**
 * `npm run generate [-- --check]`: writes docs/openapi.json, docs/errors.md and the operations of the SDK from the
 * contract, docs/config.md from the server's settings, docs/cli-reference.md from the commands of `cairn`, and the JSON Schemas of its
 * files. With `--check` it
 * writes nothing and exits 1 when the committed files differ.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCatalogPage, openApiDocument, routes } from '@cairn/contract'
import { kinds } from '../apps/cli/src/apply/document.ts'
import { anyFileSchema, fileSchema } from '../apps/cli/src/file-schema/file-schema.ts'
import { cliReferencePage } from '../apps/cli/src/reference-page.ts'
import { settingsPage } from '../apps/server/src/settings-page.ts'
import { compatibilityPage } from './sdk/compatibility-page.ts'
import { operationTable } from './sdk/operation-table.ts'
import { sdkReferencePage } from './sdk/sdk-reference-page.ts'

const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const pages: Readonly<Record<string, string>> = {
  'docs/openapi.json': json(openApiDocument(routes)),
  'docs/errors.md': errorCatalogPage(),
  'docs/config.md': settingsPage(),
  'docs/sdk-reference.md': sdkReferencePage(),
  'docs/compatibility.md': compatibilityPage(
    JSON.parse(await readFile(join(root, 'tests/compat/results.json'), 'utf8')),
  ),
  'docs/cli-reference.md': await cliReferencePage(),
  'packages/sdk/src/generated/operations.ts': operationTable(),
  'docs/public/schemas/any.json': json(anyFileSchema()),
  ...Object.fromEntries(kinds.map((kind) => [`docs/public/schemas/${kind}.json`, json(fileSchema(kind))])),
}

const stale: string[] = []
for (const [name, content] of Object.entries(pages)) {
  const path = join(root, name)
  const committed = await readFile(path, 'utf8').catch(() => null)
  if (committed === content) continue
  if (check) stale.push(name)
  else {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    console.log(`wrote ${name}`)
  }
}
if (stale.length > 0) {
  console.error(
    `${stale.join(' and ')} differ from what they are generated from: run \`npm run generate\` and commit the result`,
  )
  process.exitCode = 1
}
