import { usageError } from '../errors/cli-error.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads YAML as the reference reads it: YAML 1.1, in which `yes` is true, but without its dates: they stay text.
 *
 * @param name of the file, for messages.
 * @throws CliError of exit code 2 with the line.
 */
export async function readYaml(text: string, name: string): Promise<unknown> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp'),
    prettyErrors: true,
  })
  const [error] = document.errors
  if (error === undefined) return document.toJS({ maxAliasCount: 1000 })
  const [first = error.message] = error.message.split('\n')
  throw usageError(`${name} is not valid YAML: ${first.replace(/:$/, '')}.`, {
    hint: '`cairn render FILE` shows what a template comes out as.',
    cause: error,
  })
}

/**
 * @throws CliError of exit code 2 when the text is no map.
 */
export async function readYamlMap(text: string, name: string): Promise<JsonObject> {
  const value = (await readYaml(text, name)) ?? {}
  if (!isJsonObject(value)) throw usageError(`${name} must be a map of keys and values.`)
  return value
}
