/** A gate of `npm run check`: every link of the project's pages leads to a file, and to a heading of it. */
import { glob, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { slugOf } from './slug.ts'

const root = join(import.meta.dirname, '../..')
const pages = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'bench/README.md', 'examples/*/README.md']

interface Link {
  readonly line: number
  readonly target: string
}

/** The page with its code blanked out: brackets in code are no links. */
function withoutCode(page: string): string {
  const blank = (code: string): string => code.replace(/[^\n]/g, ' ')
  return page.replace(/^ *(```+)[^]*?^ *\1 *$/gm, blank).replace(/(`+)[^`]+\1/g, blank)
}

function linksOf(page: string): readonly Link[] {
  return [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({
    line: page.slice(0, match.index).split('\n').length,
    target: match[1] ?? '',
  }))
}

/** Anchors of the headings of a page; those that come twice are numbered. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, title = ''] of page.replace(/^ *```[^]*?^ *``` *$/gm, '').matchAll(/^#+ +(.+)$/gm)) {
    const slug = slugOf(title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'))
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    anchors.add(count === 0 ? slug : `${slug}-${count}`)
  }
  return anchors
}

/** What is wrong with a link, or null. */
async function faultOf(target: string, from: string): Promise<string | null> {
  if (/^(https?:|mailto:|\/api-docs)/.test(target)) return null
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : path.startsWith('/') ? join(root, 'docs', `${path}.md`) : join(dirname(from), path)
  const found = await stat(file).catch(() => null)
  if (found === null) return `there is no ${relative(root, file)}`
  if (anchor === undefined || !found.isFile()) return null
  const anchors = anchorsOf(await readFile(file, 'utf8'))
  return anchors.has(anchor) ? null : `${relative(root, file)} has no heading #${anchor}`
}

let faults = 0
for await (const name of glob(pages, { cwd: root, exclude: ['docs/.vitepress/**'] })) {
  const file = join(root, name)
  const page = await readFile(file, 'utf8')
  for (const { line, target } of linksOf(page)) {
    const fault = await faultOf(target, file)
    if (fault === null) continue
    faults += 1
    console.error(`${name}:${line}: ${fault}`)
  }
}
if (faults > 0) process.exitCode = 1
