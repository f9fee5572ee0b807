import type { Tags } from 'yaml'
import { usageError } from '../errors/cli-error.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isOf = (tag: string | { readonly tag: string }, name: string): boolean =>
  typeof tag !== 'string' && tag.tag === `tag:yaml.org,2002:${name}`

/** No number without a digit: `context: .` is a text. */
function withDigits(tag: Tags[number]): Tags[number] {
  if (typeof tag === 'string' || !isOf(tag, 'float') || !('test' in tag) || !tag.test?.test('.')) return tag
  const test = /^[-+]?(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)$/
  return { ...tag, test }
}

/** Without dates: they stay text. */
const likeTheReference = (tags: Tags): Tags => tags.filter((tag) => !isOf(tag, 'timestamp')).map(withDigits)

/**
 * Reads YAML as the reference reads it: YAML 1.1, in which `yes` is true, but without its dates: they stay text.
 *
 * @param name of the file, for messages.
 * @throws CliError of exit code 2 with the line.
 */
export async function readYaml(text: string, name: string): Promise<unknown> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, { version: '1.1', customTags: likeTheReference, prettyErrors: true })
  const [error] = document.errors
  if (error === undefined) return document.toJS({ maxAliasCount: 1000 })
  throw invalidYaml(name, error)
}

function invalidYaml(name: string, error: Error): Error {
  const [first = error.message] = error.message.split('\n')
  return usageError(`${name} is not valid YAML: ${first.replace(/:$/, '')}.`, {
    hint: '`cairn render FILE` shows what a template comes out as.',
    cause: error,
  })
}

/**
 * The documents of a text that are divided by `---`, each read as by {@link readYaml}.
 *
 * @throws CliError of exit code 2 with the line.
 */
export async function readYamlDocuments(text: string, name: string): Promise<unknown[]> {
  const { parseAllDocuments } = await import('yaml')
  const documents = [...parseAllDocuments(text, { version: '1.1', customTags: likeTheReference, prettyErrors: true })]
  for (const { errors } of documents) if (errors[0] !== undefined) throw invalidYaml(name, errors[0])
  return documents.map((document) => document.toJS({ maxAliasCount: 1000 }))
}

/**
 * @throws CliError of exit code 2 when the text is no map.
 */
export async function readYamlMap(text: string, name: string): Promise<JsonObject> {
  const value = (await readYaml(text, name)) ?? {}
  if (!isJsonObject(value)) throw usageError(`${name} must be a map of keys and values.`)
  return value
}
