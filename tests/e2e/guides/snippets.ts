/**
 * The programs of the guides. A page's fenced blocks of one language, in their order, are one program; a block that is
 * labelled with the name of a file is that file. A program has the lines of its page, blank where they are not its own, so
 * that whatever fails names the line of the page.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export type Language = 'TypeScript' | 'Python' | 'CLI'

export interface Page {
  /** Programs by language; a language that the page does not speak has none. */
  readonly programs: ReadonlyMap<Language, string>
  readonly files: ReadonlyMap<string, string>
}

const languages: ReadonlyMap<string, Language> = new Map([
  ['TypeScript', 'TypeScript'],
  ['Python', 'Python'],
  ['CLI', 'CLI'],
])

interface Block {
  readonly label: string
  /** Index of the first line of its content. */
  readonly start: number
  readonly lines: readonly string[]
}

function blocksOf(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const label = lines[index]?.match(/^```\w+ \[(.+)\]$/)?.[1]
    if (label === undefined) continue
    const start = index + 1
    const end = lines.indexOf('```', start)
    if (end < 0) throw new Error(`line ${start}: the block is not closed`)
    blocks.push({ label, start, lines: lines.slice(start, end) })
    index = end
  }
  return blocks
}

/** @param path of the page */
export async function readPage(path: string): Promise<Page> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  const programs = new Map<Language, string[]>()
  const files = new Map<string, string>()
  for (const { label, start, lines: content } of blocksOf(lines)) {
    const language = languages.get(label)
    if (language === undefined) {
      files.set(label, `${content.join('\n')}\n`)
      continue
    }
    const program = programs.get(language) ?? lines.map(() => '')
    program.splice(start, content.length, ...content)
    programs.set(language, program)
  }
  return { programs: new Map([...programs].map(([language, program]) => [language, program.join('\n')])), files }
}

/** Writes the files of a page below a directory. */
export async function writeFiles(page: Page, directory: string): Promise<void> {
  for (const [name, content] of page.files) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), content)
  }
}
