/** The body of a request: from the file, the flags laid over it, checked by the schema that the server checks by. */
import type { BodyOf, OperationId, Route, Routes } from '@cairn/contract'
import type { Kind } from '../../apply/document.ts'
import { usageError } from '../../errors/cli-error.ts'
import type { Session } from '../../session/session.ts'
import { type ArtifactFolder, folderOfFile, workingDirectoryOf } from '../../session/upload-folder.ts'
import { type VariableOptions, loadFile } from '../../templates/load-file.ts'
import { type JsonObject, isJsonObject } from '../../templates/read-yaml.ts'

/** Where a flag stands in the body, keys divided by dots. Undefined = not given; false and 0 are values. */
export type Assignment = readonly [path: string, value: unknown]

function assign(body: JsonObject, [key = '', ...rest]: readonly string[], value: unknown): JsonObject {
  if (rest.length === 0) return { ...body, [key]: value }
  const inner = body[key]
  return { ...body, [key]: assign(isJsonObject(inner) ? inner : {}, rest, value) }
}

/** Lays what was given on the command line over what the file says. */
export function layOver(body: JsonObject, assignments: readonly Assignment[]): JsonObject {
  return assignments.reduce(
    (result, [path, value]) => (value === undefined ? result : assign(result, path.split('.'), value)),
    body,
  )
}

/** A flag that holds JSON. */
export function parseJsonOption(name: string, given: string | undefined): unknown {
  if (given === undefined) return undefined
  try {
    return JSON.parse(given)
  } catch (cause) {
    throw usageError(`${name} must be JSON; got ${given}.`, { cause })
  }
}

interface Source {
  /** Absent = flags alone. */
  readonly file: string | undefined
  readonly variables: VariableOptions
  readonly takesArtifact?: boolean
  /** A folder to upload that wins over that of the file. */
  readonly artifactPath?: string | undefined
  readonly artifactIgnoreFiles?: readonly string[] | undefined
}

export interface FileInput {
  readonly body: JsonObject
  /** The folder to upload; null when none is named. */
  readonly artifact: ArtifactFolder | null
}

/** What the file says about an operation. */
export async function readFileInput(operation: OperationId, source: Source, session: Session): Promise<FileInput> {
  const { routes } = await import('@cairn/contract')
  const loaded =
    source.file === undefined
      ? { body: {}, artifact: {} }
      : await loadFile(source.file, source.variables, {
          surroundings: session.surroundings(),
          shape: {
            fields: fieldsOf(routes[operation]),
            takesArtifact: source.takesArtifact ?? false,
            kind: kindOf(operation),
          },
        })
  const path = source.artifactPath ?? loaded.artifact.path
  const ignoreFiles = source.artifactIgnoreFiles ?? loaded.artifact.ignoreFiles ?? []
  // The working directory is that of the reference; what it would refuse is looked for beside the file.
  const isFromFile = source.file !== undefined && source.artifactPath === undefined
  const bases = [workingDirectoryOf(session), ...(isFromFile ? [folderOfFile(session, source.file)] : [])]
  return { body: loaded.body, artifact: path === undefined ? null : { path, ignoreFiles, bases } }
}

/** The kind of file, as `apply` has them, that an operation takes. */
function kindOf(operation: OperationId): Kind | null {
  if (/^(?:create|update)Service$/.test(operation)) return 'service'
  if (/^(?:create|update)Workflow$/.test(operation)) return 'workflow'
  if (/^(?:create|update)Image/.test(operation)) return 'image'
  return /^(?:create|update)Artifact/.test(operation) ? 'artifact' : null
}

function fieldsOf(route: Route): string[] {
  const properties: unknown = route.body === undefined ? {} : Reflect.get(route.body, 'properties')
  return isJsonObject(properties) ? Object.keys(properties) : []
}

const isMereExtra = (rule: string): boolean => rule === 'is not a known field'

/**
 * The body by the schema of the operation. A key that looks like a misspelt one is an error also where the server would
 * leave it out in silence; another unknown one is an error, or a note where the server leaves it out.
 *
 * @param what names the source for messages.
 * @throws CliError of exit code 2 that names every field and its rule.
 */
export async function checkBody<Id extends OperationId>(
  operation: Id,
  body: JsonObject,
  what: string,
  session: Session,
): Promise<BodyOf<Routes[Id]>> {
  const { readBody, routes } = await import('@cairn/contract')
  const route: Route = routes[operation]
  const strict = readBody<Routes[Id]>({ ...routes[operation], unknownKeys: 'refused' }, body)
  if (strict.kind === 'valid') return strict.value
  const ignores = route.unknownKeys === 'ignored'
  const broken = strict.errors.filter(({ rule }) => !(ignores && isMereExtra(rule)))
  if (broken.length > 0) {
    throw usageError(`${what} cannot be sent as it is:`, { fields: broken.map(readable) })
  }
  for (const { field } of strict.errors) session.output.note(`cairn: ${field} is not a known field and is left out`)
  const read = readBody<Routes[Id]>(routes[operation], body)
  if (read.kind === 'valid') return read.value
  throw usageError(`${what} cannot be sent as it is:`, { fields: read.errors.map(readable) })
}

/** YAML makes numbers and booleans of words that were meant as text. */
function readable({ field, rule }: { field: string; rule: string }): { field: string; rule: string } {
  return { field, rule: rule === 'must be a text' ? 'must be a text: put it in quotes' : rule }
}

/** `FILE`, or the flags. */
export function sourceName(file: string | undefined): string {
  return file ?? 'What the options say'
}
