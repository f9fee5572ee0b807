/** Reads the files of `apply`: templates as everywhere, several documents in a file divided by `---`. */
import { readdir, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { usageError } from '../errors/cli-error.ts'
import { suggestion } from '../grammar/nearest-name.ts'
import type { Session } from '../session/session.ts'
import { type Base, folderOfFile } from '../session/upload-folder.ts'
import { renderText, takeApart, type VariableOptions } from '../templates/load-file.ts'
import { isJsonObject, type JsonObject, readYamlDocuments } from '../templates/read-yaml.ts'
import { type Document, type Kind, kinds } from './document.ts'

const fileName = /\.ya?ml(?:\.j2)?$/

/**
 * @param paths files, or folders of which every YAML file is read, those in folders below as well
 * @throws CliError of exit code 2 when one is missing, or says something that means nothing
 */
export async function readDocuments(
  paths: readonly string[],
  variables: VariableOptions,
  session: Session,
): Promise<Document[]> {
  const files = (await Promise.all(paths.map((path) => filesOf(path, session.workingDirectory)))).flat()
  const documents: Document[] = []
  for (const file of files) documents.push(...(await readFile(file, variables, session)))
  refuseTwice(documents)
  return documents
}

async function filesOf(path: string, workingDirectory: string): Promise<string[]> {
  const full = resolve(workingDirectory, path)
  const info = await stat(full).catch((cause: unknown) => {
    throw usageError(`There is no file or folder ${path}.`, { cause })
  })
  if (!info.isDirectory()) return [path]
  const found = await readdir(full, { recursive: true, withFileTypes: true })
  const files = found
    .filter((entry) => entry.isFile() && fileName.test(entry.name) && !isHidden(relative(full, entry.parentPath)))
    .map((entry) => join(path, relative(full, entry.parentPath), entry.name))
    .toSorted()
  if (files.length === 0) throw usageError(`There is no YAML file in ${path}.`)
  return files
}

/** Folders of tools, and those of packages. */
function isHidden(folder: string): boolean {
  return folder.split('/').some((part) => part.startsWith('.') || part === 'node_modules')
}

async function readFile(file: string, variables: VariableOptions, session: Session): Promise<Document[]> {
  const text = await renderText(file, variables, session.surroundings())
  const values = (await readYamlDocuments(text, file)).filter((value) => value !== null && value !== undefined)
  return values.map((value, index) => {
    const source = values.length === 1 ? file : `${file} (document ${index + 1})`
    if (!isJsonObject(value)) throw usageError(`${source} must be a map with the keys kind and body.`)
    return toDocument(value, { source, base: folderOfFile(session, file) })
  })
}

function toDocument(value: JsonObject, { source, base }: { readonly source: string; readonly base: Base }): Document {
  const { kind: given, ...rest } = value
  const fields = isJsonObject(rest['body']) ? rest['body'] : rest
  const kind = given === undefined ? guessKind(fields, source) : readKind(given, source)
  const takesArtifact = kind === 'artifact' || kind === 'image'
  const { body, artifact } = takeApart(rest, source, { fields: Object.keys(fields), takesArtifact, kind: null })
  const name = body[kind === 'query' ? 'path' : 'name']
  if (typeof name !== 'string' || name === '') {
    throw usageError(
      `${source}: body.${kind === 'query' ? 'path' : 'name'} is missing: it tells which ${kind} is meant.`,
    )
  }
  const { path, ignoreFiles = [] } = artifact
  return { kind, name, source, body, artifact: path === undefined ? null : { path, ignoreFiles, bases: [base] } }
}

function readKind(given: unknown, source: string): Kind {
  const found = kinds.find((kind) => kind === given)
  if (found !== undefined) return found
  const hint = typeof given === 'string' ? suggestion(given, kinds) : ''
  throw usageError(`${source}: kind must be one of ${kinds.join(', ')}; got ${JSON.stringify(given)}.${hint}`)
}

/** Files of the other commands have no kind, and mostly need none. */
function guessKind(body: JsonObject, source: string): Kind {
  if (Object.hasOwn(body, 'steps')) return 'workflow'
  if (Object.hasOwn(body, 'imageDetails')) return 'service'
  if (Object.hasOwn(body, 'buildDetails')) return 'image'
  if (Object.hasOwn(body, 'text') && Object.hasOwn(body, 'path')) return 'query'
  throw usageError(`${source}: kind is missing. Say what this is: kind: ${kinds.join(', or ')}.`)
}

function refuseTwice(documents: readonly Document[]): void {
  const known = new Map<string, Document>()
  for (const document of documents) {
    const key = `${document.kind} ${document.name}`
    const first = known.get(key)
    if (first !== undefined) throw usageError(`${key} stands in ${first.source} and in ${document.source}.`)
    known.set(key, document)
  }
}
