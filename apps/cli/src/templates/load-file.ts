/** The file of a command: rendered, read, and its top-level keys checked. */
import { usageError } from '../errors/cli-error.ts'
import { readTextFile } from '../files/named-file.ts'
import { suggestion } from '../grammar/nearest-name.ts'
import { type JsonObject, isJsonObject, readYaml, readYamlMap } from './read-yaml.ts'
import { type Variables, renderFile } from './render.ts'

/** `-v`, `-p` and `--param-json`. */
export interface VariableOptions {
  readonly paramsFile: string | undefined
  readonly params: Readonly<Record<string, string>> | undefined
  readonly paramJson: Readonly<Record<string, string>> | undefined
}

/** Where a file is read. */
export interface FileSurroundings {
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string>>
}

/** What a file says of the folder to upload. */
export interface ArtifactKeys {
  readonly path?: string
  readonly ignoreFiles?: readonly string[]
}

export interface LoadedFile {
  readonly body: JsonObject
  readonly artifact: ArtifactKeys
}

async function readParams(path: string): Promise<JsonObject> {
  return readYamlMap(await readTextFile(path, `${path}, which --params-file names`), path)
}

function parseParam([name, value]: readonly [string, string]): [string, unknown] {
  try {
    return [name, JSON.parse(value)]
  } catch (cause) {
    throw usageError(`--param-json ${name} must be JSON; got ${value}.`, { cause })
  }
}

/** Those of the file, overridden by those of the command line. A variable that is null counts as absent. */
export async function readVariables(options: VariableOptions): Promise<Variables> {
  const fromFile = options.paramsFile === undefined ? {} : await readParams(options.paramsFile)
  const typed = Object.fromEntries(Object.entries(options.paramJson ?? {}).map(parseParam))
  const all = { ...fromFile, ...options.params, ...typed }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}

/** The text of a file with its variables filled in. */
export async function renderText(
  path: string,
  options: VariableOptions,
  surroundings: FileSurroundings,
): Promise<string> {
  return renderFile(path, { ...surroundings, variables: await readVariables(options) })
}

/**
 * What a file may hold at its top: `body` and `artifact`, or the fields themselves with `artifact` among them.
 * A file that has no `body` but only its fields is taken as the body.
 */
export interface FileShape {
  /** Fields of the body. */
  readonly fields: readonly string[]
  readonly takesArtifact: boolean
  /** What the file may say that it is, as files of `apply` do; null = it says nothing. */
  readonly kind: string | null
}

/**
 * @throws CliError of exit code 2 when the file is missing, is no template or no YAML, or has a key that means nothing.
 */
export async function loadFile(
  path: string,
  options: VariableOptions,
  place: { surroundings: FileSurroundings; shape: FileShape },
): Promise<LoadedFile> {
  const text = await renderText(path, options, place.surroundings)
  const value = await readYaml(text, path)
  if (!isJsonObject(value)) throw usageError(`${path} must be a map with the key body.`)
  return takeApart(withoutKind(value, path, place.shape), path, place.shape)
}

function withoutKind(value: JsonObject, path: string, { kind }: FileShape): JsonObject {
  const { kind: given, ...others } = value
  if (given === undefined || kind === null) return value
  if (given === kind) return others
  throw usageError(
    `${path} says that it is of kind ${JSON.stringify(given)}; this command takes a file of kind ${kind}.`,
  )
}

/** Top-level keys may be written in camelCase, as the reference takes them. */
export function takeApart(value: JsonObject, path: string, shape: FileShape): LoadedFile {
  const { body, artifact, ...others } = value
  const known = ['body', ...(shape.takesArtifact ? ['artifact'] : [])]
  const misplaced = artifact !== undefined && !shape.takesArtifact ? ['artifact'] : []
  const unknown = [...Object.keys(others), ...misplaced].filter(
    (key) => body !== undefined || !shape.fields.includes(key),
  )
  const [first] = unknown
  if (first !== undefined) {
    const candidates = body === undefined ? [...known, ...shape.fields] : known
    const inside = body !== undefined && shape.fields.includes(first) ? ' It belongs under body.' : ''
    throw usageError(`${path}: ${first} is not a known key.${inside || suggestion(first, candidates)}`, {
      hint: `A file has ${known.join(' and ')} at its top; --generate prints one.`,
    })
  }
  const fields = body ?? others
  if (!isJsonObject(fields)) throw usageError(`${path}: body must be a map.`)
  return { body: fields, artifact: readArtifact(artifact, path) }
}

function readArtifact(value: unknown, path: string): ArtifactKeys {
  if (value === undefined || value === null) return {}
  if (!isJsonObject(value)) throw usageError(`${path}: artifact must be a map with the key path.`)
  const { path: folder, ignore_files: ignored, ignoreFiles = ignored, ...others } = value
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) {
    throw usageError(`${path}: artifact.${unknown} is not a known key.${suggestion(unknown, ['path', 'ignore_files'])}`)
  }
  const files = ignoreFiles ?? []
  if (typeof folder !== 'string') throw usageError(`${path}: artifact.path must be the path of a folder.`)
  if (!Array.isArray(files) || !files.every((file) => typeof file === 'string')) {
    throw usageError(`${path}: artifact.ignore_files must be a list of file names.`)
  }
  return { path: folder, ...(files.length === 0 ? {} : { ignoreFiles: files }) }
}
