/** Names in place of ids: every id that a command takes may be the name of the thing. */
import type { CairnClient } from '@cairn/sdk'
import { CliError, exitCodes, usageError } from '../errors/cli-error.ts'
import { suggestion } from '../grammar/nearest-name.ts'

const numberPattern = /^\d{1,15}$/
const uuidPattern = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

interface Named {
  readonly name: string
}

interface Search<Item> {
  /** `image`, for messages. */
  readonly kind: string
  readonly list: (searchTerm: string) => AsyncIterable<Item>
  readonly nameOf: (item: Item) => string
}

/** The thing of exactly this name, over all pages; else an error of exit code 4 that names the nearest. */
async function findNamed<Item>(name: string, { kind, list, nameOf }: Search<Item>): Promise<Item> {
  for await (const item of list(name)) if (nameOf(item) === name) return item
  const others: string[] = []
  for await (const item of list('')) {
    others.push(nameOf(item))
    if (others.length === 1000) break
  }
  throw new CliError(exitCodes.notFound, `There is no ${kind} ${name}.${suggestion(name, others)}`, {
    hint: `\`cairn ${kind === 'version' ? 'images list-versions IMAGE' : `${kind}s list`}\` shows what there is.`,
  })
}

const nameOf = ({ name }: Named): string => name

const searchFor = (term: string) => (term === '' ? { pageSize: 100 } : { searchTerm: term, pageSize: 100 })

/** @param given the number of an image, or its name. */
export async function imageId(client: CairnClient, given: string): Promise<number> {
  if (numberPattern.test(given)) return Number(given)
  const list = (term: string) => client.images.listImages(searchFor(term))
  return (await findNamed(given, { kind: 'image', list, nameOf })).id
}

/** @param given the number of a version, or its semantic version such as `0.0.2`. */
export async function imageVersionId(client: CairnClient, image: number, given: string): Promise<number> {
  if (numberPattern.test(given)) return Number(given)
  const list = (term: string) => client.images.listImageVersions(image, searchFor(term))
  return (await findNamed(given, { kind: 'version', list, nameOf: ({ version }) => version })).id
}

/** @param given the number of a workflow, or its name. */
export async function workflowId(client: CairnClient, given: string): Promise<number> {
  if (numberPattern.test(given)) return Number(given)
  const list = (term: string) => client.workflows.listWorkflows(searchFor(term))
  return (await findNamed(given, { kind: 'workflow', list, nameOf })).id
}

/** @param given the UUID of a service, or its name. */
export async function serviceId(client: CairnClient, given: string): Promise<string> {
  if (uuidPattern.test(given)) return given
  const list = (term: string) => client.services.listServices(searchFor(term))
  return (await findNamed(given, { kind: 'service', list, nameOf })).id
}

/** @param given the UUID of an artifact, or its name. */
export async function artifactId(client: CairnClient, given: string): Promise<string> {
  if (uuidPattern.test(given)) return given
  const list = () => client.artifacts.listArtifacts({ pageSize: 100 })
  return (await findNamed(given, { kind: 'artifact', list, nameOf })).id
}

/** @param given the UUID of a user, or the e-mail. */
export async function userId(client: CairnClient, given: string): Promise<string> {
  if (uuidPattern.test(given)) return given
  const list = (term: string) => client.people.listUsers(searchFor(term))
  return (await findNamed(given.toLowerCase(), { kind: 'user', list, nameOf: ({ email }) => email })).id
}

/** The run that is given, or the latest one of the workflow. */
export async function executionId(client: CairnClient, workflow: number, given: string | undefined): Promise<string> {
  if (given !== undefined && uuidPattern.test(given)) return given
  if (given !== undefined) {
    throw usageError(`RUN must be the id of a run, a UUID; got ${given}.`, {
      hint: `\`cairn workflows list-executions ${workflow} -o table\` shows those that there are.`,
    })
  }
  for await (const { executionId: latest } of client.workflows.listExecutions(workflow, { count: 1 })) return latest
  throw new CliError(exitCodes.notFound, `Workflow ${workflow} has no run yet.`, {
    hint: `\`cairn run ${workflow}\` starts one.`,
  })
}

/** The build that is given, or the latest one of the image. */
export async function buildId(client: CairnClient, image: number, given: string | undefined): Promise<number> {
  if (given !== undefined && numberPattern.test(given)) return Number(given)
  if (given !== undefined) throw usageError(`A build is a whole number; got ${given}.`)
  for await (const { buildId: latest } of client.images.listImageBuilds(image, { count: 1 })) return latest
  throw new CliError(exitCodes.notFound, `Image ${image} has no build yet.`)
}
