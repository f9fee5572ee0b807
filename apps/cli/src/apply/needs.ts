/** Which things of the same files a document names: without them it cannot be carried out. Pure. */
import { isJsonObject, type JsonObject } from '../templates/read-yaml.ts'
import type { Document, Kind } from './document.ts'

/** `image forecast`. */
export const keyOf = ({ kind, name }: Pick<Document, 'kind' | 'name'>): string => `${kind} ${name}`

/** Keys like those of {@link keyOf}; a name that the files do not make is among them as well. */
export function needsOf({ kind, body }: Document): ReadonlySet<string> {
  const named = (of: Kind, names: readonly string[]): string[] => names.map((name) => keyOf({ kind: of, name }))
  const steps = isJsonObject(body['steps']) ? Object.values(body['steps']).filter(isJsonObject) : []
  const parts = kind === 'workflow' ? steps : [body, mapAt(body, 'imageDetails'), mapAt(body, 'buildDetails')]
  return new Set([
    ...named('image', textsIn(parts.map(({ imageName }) => imageName))),
    ...named('query', textsIn(parts.map(({ sqlQueryPath }) => sqlQueryPath))),
    ...named('secret', parts.flatMap(secretsOf)),
  ])
}

/** `auth`, `token` and `headers.secrets` hold names of secrets, never values. */
function secretsOf(part: JsonObject): string[] {
  const [parameters, headers, repository] = [
    mapAt(part, 'parameters'),
    mapAt(part, 'headers'),
    mapAt(part, 'repository'),
  ]
  const lists = [part['secrets'], parameters['secrets'], headers['secrets'], part['auth']]
  return textsIn([part['token'], repository['token'], ...lists.flatMap(valuesOf)])
}

const mapAt = (map: JsonObject, key: string): JsonObject => (isJsonObject(map[key]) ? map[key] : {})

const valuesOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []

const textsIn = (values: readonly unknown[]): string[] => values.filter((value) => typeof value === 'string')
