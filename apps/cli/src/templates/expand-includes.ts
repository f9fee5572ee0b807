/**
 * Puts included files in the place of their tags, indented to the column of the tag, and remembers for every line which
 * file and line it came from: so an error names the file in which it is. Tags that only the engine can judge (computed
 * names, `without context`, files with blocks) are left to it.
 */
import { usageError } from '../errors/cli-error.ts'
import type { TemplateFile, TemplateFiles } from './find-template.ts'
import { type IncludeTag, findIncludes } from './find-includes.ts'

/** Where a line was written. `line` counts from 1. */
export interface Origin {
  readonly file: string
  readonly line: number
}

export interface Expanded {
  readonly text: string
  /** By line of `text`, from 0. */
  readonly origins: readonly Origin[]
}

class Writer {
  readonly #parts: string[] = []
  readonly origins: Origin[]

  constructor(first: Origin) {
    this.origins = [first]
  }

  /** Text of a file, from the given line on. */
  write(text: string, file: string, line: number): void {
    this.#parts.push(text)
    const breaks = text.split('\n').length - 1
    for (let index = 1; index <= breaks; index += 1) this.origins.push({ file, line: line + index })
  }

  text(): string {
    return this.#parts.join('')
  }
}

const lineOf = (source: string, position: number): number => source.slice(0, position).split('\n').length

/** Inherited blocks and macros work by the engine's own scopes. */
const needsEngine = /\{%[-+]?\s*(?:extends|block)\s/

function mayInline(tag: IncludeTag, file: TemplateFile): boolean {
  return !tag.withoutContext && !needsEngine.test(file.source)
}

interface Walk {
  readonly files: TemplateFiles
  readonly writer: Writer
}

function expandFile(file: TemplateFile, source: string, walk: Walk, ancestors: readonly string[]): void {
  let done = 0
  for (const tag of findIncludes(source)) {
    if (tag.name === null) continue
    const where = `${file.shown}:${lineOf(source, tag.start)}`
    const included = walk.files.read(tag.name)
    if (included === null && !tag.ignoresMissing) throw walk.files.missing(tag.name, where)
    if (included !== null && !mayInline(tag, included)) continue
    walk.writer.write(source.slice(done, tag.start), file.shown, lineOf(source, done))
    done = tag.end
    if (included === null) continue
    if (ancestors.includes(included.path)) {
      throw usageError(`${included.shown} includes itself: ${where} includes it again.`)
    }
    expandInclude({ file, source, tag, included }, walk, ancestors)
  }
  walk.writer.write(source.slice(done), file.shown, lineOf(source, done))
}

function expandInclude(
  place: { file: TemplateFile; source: string; tag: IncludeTag; included: TemplateFile },
  walk: Walk,
  ancestors: readonly string[],
): void {
  const { file, source, tag, included } = place
  const line = lineOf(source, tag.start)
  const column = tag.start - (source.lastIndexOf('\n', tag.start - 1) + 1)
  const [before, after] = tag.trim
  // `with` keeps what the file sets to itself, as an include does.
  walk.writer.write(`{%${before} filter indent(${column}) %}{% with %}`, file.shown, line)
  const start = walk.writer.origins.length - 1
  // The first line of the included file stands on the line of its tag: an error in it is one of the included file.
  walk.writer.origins[start] = { file: included.shown, line: 1 }
  const body = included.source.endsWith('\n') ? included.source.slice(0, -1) : included.source
  expandFile(included, body, walk, [...ancestors, included.path])
  walk.writer.write(`{% endwith %}{% endfilter ${after}%}`, included.shown, 1)
}

/** @param root the file that the command names. */
export function expandIncludes(root: TemplateFile, files: TemplateFiles): Expanded {
  const writer = new Writer({ file: root.shown, line: 1 })
  expandFile(root, root.source, { files, writer }, [root.path])
  return { text: writer.text(), origins: writer.origins }
}
