/**
 * Builds the documentation site when its sources changed. What is there is always whole: VitePress writes beside it, and
 * a rename puts it in place. `.sources` in it holds the hash of what it was built from.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const siteDirectory = join(root, 'docs/.vitepress/dist')
const sources = [
  'docs/**/*.md',
  'docs/.vitepress/*.ts',
  'docs/.vitepress/theme/**',
  'docs/public/**',
  'bench/README.md',
]

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const names: string[] = []
  for await (const name of glob([...sources, 'scripts/docs/slug.ts', 'node_modules/vitepress/package.json'], {
    cwd: root,
  }))
    names.push(name)
  for (const name of names.toSorted()) {
    const content = await readFile(join(root, name)).catch(() => null)
    if (content !== null) hash.update(`${name}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

function build(directory: string): Promise<void> {
  const argv = [join(root, 'node_modules/vitepress/bin/vitepress.js'), 'build', 'docs', '--outDir', directory]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`the documentation was not built (code ${code}):\n${Buffer.concat(chunks).toString()}`))
    })
  })
}

/**
 * @returns whether it was built anew.
 * @throws Error with what VitePress said, dead links for example; the site of before stays.
 */
export async function buildSite(): Promise<boolean> {
  const hash = await hashOfSources()
  const built = await readFile(join(siteDirectory, '.sources'), 'utf8').catch(() => null)
  if (built === hash) return false
  const fresh = `${siteDirectory}-${process.pid}`
  try {
    await build(fresh)
    await writeFile(join(fresh, '.sources'), hash)
    await rm(siteDirectory, { recursive: true, force: true })
    await rename(fresh, siteDirectory)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return true
}
