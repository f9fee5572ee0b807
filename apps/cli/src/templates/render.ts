/** Renders a Jinja template. The engine is loaded only for text that has tags in it. */
import { usageError } from '../errors/cli-error.ts'
import { nearestName } from '../grammar/nearest-name.ts'
import { type Expanded, type Origin, expandIncludes } from './expand-includes.ts'
import { type TemplateFile, TemplateFiles } from './find-template.ts'
import { runTimeNames } from './run-time-names.ts'

export type Variables = Readonly<Record<string, unknown>>

export interface RenderOptions {
  readonly workingDirectory: string
  readonly variables: Variables
  /** What templates see as `os_env`. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * The text of a template file with its variables filled in.
 *
 * @throws CliError of exit code 2 that names file, line and variable.
 */
export async function renderFile(path: string, options: RenderOptions): Promise<string> {
  const files = new TemplateFiles(options.workingDirectory)
  const root = files.read(path)
  if (root === null) throw files.missing(path, null)
  if (!/\{[{%#]/.test(root.source)) return root.source
  return renderExpanded(root, expandIncludes(root, files), { files, options })
}

interface Rendering {
  readonly files: TemplateFiles
  readonly options: RenderOptions
}

/** The engine escapes by the end of a name, and escapes nothing in `.txt`. */
const engineName = (path: string): string => `${path}.txt`

async function renderExpanded(root: TemplateFile, expanded: Expanded, rendering: Rendering): Promise<string> {
  const { Environment } = await import('minijinja-js')
  const { files, options } = rendering
  const environment = new Environment()
  environment.undefinedBehavior = 'strict'
  environment.debug = true
  environment.enablePyCompat()
  const wanted = new Map<string, TemplateFile>()
  environment.addFilter('cairn_file', (name: unknown) => nameFiles(name, files, wanted))
  const given = { ...options.variables, os_env: options.environment }
  const context = { ...runTimeNames(expanded.text, given), ...given }
  const added = new Set<string>()
  try {
    environment.addTemplate(engineName(root.path), byFilter(expanded.text))
    // A computed name is known only when it is asked for: then its file is added and the whole is rendered again.
    for (;;) {
      try {
        return environment.renderTemplate(engineName(root.path), context)
      } catch (error) {
        const missing = [...wanted].filter(([name]) => !added.has(name))
        if (missing.length === 0) throw error
        for (const [name, file] of missing) {
          added.add(name)
          environment.addTemplate(name, byFilter(expandIncludes(file, files).text))
        }
      }
    }
  } catch (error) {
    throw explainFailure(error, { root, expanded, variables: context })
  } finally {
    environment.free()
  }
}

const untouched = /\{#.*?#\}|\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}/
const reference =
  /(\{%[-+]?\s*(?:include|extends|import|from)\s+)((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?!%\}).)+?)(\s+(?:ignore\s+missing|with(?:out)?\s+context|import\s|as\s).*?)?(\s*[-+]?%\})/
const untouchedOrReference = new RegExp(`${untouched.source}|${reference.source}`, 'gs')

/** Gives every name of a template to our filter, which finds the file. Comments and raw text stay as they are. */
function byFilter(source: string): string {
  return source.replaceAll(untouchedOrReference, (...match: unknown[]) => {
    const [whole = '', start, name, rest, end] = match.map((part) => (typeof part === 'string' ? part : ''))
    return start === '' ? whole : `${start}(${name?.trim()})|cairn_file${rest}${end}`
  })
}

function nameFiles(name: unknown, files: TemplateFiles, wanted: Map<string, TemplateFile>): unknown {
  if (Array.isArray(name)) return name.map((item: unknown) => nameFiles(item, files, wanted))
  if (typeof name !== 'string') return name
  const file = files.read(name)
  if (file === null) return name
  wanted.set(engineName(file.path), file)
  return engineName(file.path)
}

interface Failure {
  readonly root: TemplateFile
  readonly expanded: Expanded
  readonly variables: Variables
}

function originOf(message: string, { root, expanded }: Failure): Origin {
  const place = /\(in (.*)\.txt:(\d+)\)/.exec(message)
  const line = Number(place?.[2] ?? 1)
  if (place?.[1] !== root.path) return { file: place?.[1] ?? root.shown, line }
  return expanded.origins[line - 1] ?? { file: root.shown, line }
}

/** The text that the engine marks with `^^^^` below its line. */
function markedText(message: string): string | null {
  const lines = message.split('\n')
  const at = lines.findIndex((line) => /^\s*\d+ > /.test(line))
  const [source, mark] = [lines[at], lines[at + 1]]
  if (source === undefined || mark === undefined || !mark.includes('^')) return null
  const [from, to] = [mark.indexOf('^'), mark.lastIndexOf('^')]
  return source.slice(0, to + 1).match(/[\w.[\]'"]*$/)?.[0] || source.slice(from, to + 1).trim()
}

function explainFailure(error: unknown, failure: Failure): Error {
  const message = error instanceof Error ? error.message : String(error)
  const { file, line } = originOf(message, failure)
  const [first = message] = message.split('\n')
  const what = first.replace(/ \(in .*\)$/, '')
  if (!what.startsWith('undefined value')) {
    return usageError(`${file}:${line}: the template cannot be rendered: ${what}.`, { cause: error })
  }
  const name = markedText(message) ?? 'a variable'
  const [head = name] = name.split(/[.[]/)
  const meant = Object.hasOwn(failure.variables, head) ? null : nearestName(head, Object.keys(failure.variables))
  return usageError(
    `${file}:${line}: there is no value for ${name}.${meant === null ? '' : ` Did you mean ${meant}?`}`,
    {
      hint: name.startsWith('os_env')
        ? 'Set that variable of the environment, or write `| default("…")` behind it.'
        : `Give it with -p ${head}=… or in the file of -v, or write \`| default("…")\` behind it.`,
      cause: error,
    },
  )
}
