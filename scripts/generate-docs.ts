/**
 * `npm run generate [-- --check]`: writes docs/openapi.json and docs/errors.md from the contract and docs/config.md
 * from the server's settings. With `--check` it writes nothing and exits 1 when the committed files differ.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCatalogPage, openApiDocument, routes } from '@cairn/contract'
import { settingsPage } from '../apps/server/src/settings-page.ts'

const docs = join(import.meta.dirname, '..', 'docs')
const check = process.argv.includes('--check')

const pages: Readonly<Record<string, string>> = {
  'openapi.json': `${JSON.stringify(openApiDocument(routes), null, 2)}\n`,
  'errors.md': errorCatalogPage(),
  'config.md': settingsPage(),
}

const stale: string[] = []
for (const [name, content] of Object.entries(pages)) {
  const path = join(docs, name)
  const committed = await readFile(path, 'utf8').catch(() => null)
  if (committed === content) continue
  if (check) stale.push(`docs/${name}`)
  else {
    await writeFile(path, content)
    console.log(`wrote docs/${name}`)
  }
}
if (stale.length > 0) {
  console.error(
    `${stale.join(' and ')} differ from what they are generated from: run \`npm run generate\` and commit the result`,
  )
  process.exitCode = 1
}
