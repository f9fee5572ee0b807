import { engineRequest } from './engine-request.ts'

/** An object on the engine that carries an installation's label. */
export interface OwnedObject {
  readonly kind: 'container' | 'network' | 'image'
  readonly id: string
  /** Name, or first tag. */
  readonly name: string
}

interface Listed {
  readonly Id: string
  readonly Name?: string
  readonly Names?: readonly string[]
  readonly RepoTags?: readonly string[] | null
}

const label = 'dev.cairn.installation'

const paths = [
  { kind: 'container', path: '/containers/json?all=true&filters=' },
  { kind: 'network', path: '/networks?filters=' },
  { kind: 'image', path: '/images/json?filters=' },
] as const

/** Everything on the engine that carries the label of any installation, or of the given one. */
export async function findOwnedObjects(
  dockerHost: string,
  installation: string | null,
): Promise<readonly OwnedObject[]> {
  const filter = installation === null ? label : `${label}=${installation}`
  const filters = encodeURIComponent(JSON.stringify({ label: [filter] }))
  const found: OwnedObject[] = []
  for (const { kind, path } of paths) {
    const { status, body } = await engineRequest(dockerHost, 'GET', path + filters)
    if (status !== 200) throw new Error(`the engine answered ${status} to ${path}: ${body}`)
    const listed: readonly Listed[] = JSON.parse(body)
    for (const { Id, Name, Names, RepoTags } of listed) {
      found.push({ kind, id: Id, name: (Name ?? Names?.[0] ?? RepoTags?.[0] ?? Id).replace(/^\//, '') })
    }
  }
  return found
}

/** The same as text, `<kind> <name>`, for reports and comparisons. */
export async function listOwnedObjects(dockerHost: string): Promise<readonly string[]> {
  return (await findOwnedObjects(dockerHost, null)).map(({ kind, name }) => `${kind} ${name}`)
}
