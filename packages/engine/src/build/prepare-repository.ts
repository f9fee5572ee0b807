import { repackTar } from '@cairn/archive'
import { type BuildPaths, placeInContext } from '@cairn/domain'
import { readIgnoreList } from './ignore-rules.ts'
import type { FetchedRepository, Repositories } from '../repository/git-repositories.ts'
import {
  type BuildSource,
  maxDockerfileBytes,
  prepareDockerfile,
  type Preparation,
  refused,
} from './prepared-context.ts'

export interface RepositoryWork {
  readonly build: BuildSource
  readonly paths: BuildPaths
  /** Value of the secret that the build names; null = it names none. */
  readonly token: string | null
  readonly signal: AbortSignal
}

/** The build context of a git repository: a directory of one commit. What `.dockerignore` names stays out. */
export async function prepareRepository(repositories: Repositories, work: RepositoryWork): Promise<Preparation> {
  const { repository: url = '', branch = '' } = work.build.details
  const outcome = await repositories.fetch({ url, branch }, work.token, work.signal)
  if (outcome.kind === 'failed') {
    const what = branch === '' ? 'its default branch' : JSON.stringify(branch)
    return refused(`repository ${url}, ${what}: ${outcome.reason}`)
  }
  const { repository } = outcome
  try {
    const preparation = await prepareCommit(repository, work)
    if (preparation.kind === 'refused') await repository.close()
    return preparation
  } catch (error) {
    await repository.close()
    throw error
  }
}

async function prepareCommit(repository: FetchedRepository, work: RepositoryWork): Promise<Preparation> {
  const { build, paths, signal } = work
  const ofCommit = `commit ${repository.commit} of the repository`
  if ((await repository.kindOf(paths.context, signal)) !== 'directory') {
    return refused(`${ofCommit} has no directory ${JSON.stringify(paths.context)} (buildDetails.context)`)
  }
  if ((await repository.kindOf(paths.dockerfile, signal)) !== 'file') {
    return refused(`${ofCommit} has no file ${JSON.stringify(paths.dockerfile)} (buildDetails.dockerfilePath)`)
  }
  const dockerfile = await repository.readFile(paths.dockerfile, maxDockerfileBytes, signal)
  if (dockerfile === null) return refused(`${paths.dockerfile} is larger than ${maxDockerfileBytes} bytes`)
  const { text, isChanged, ...ready } = prepareDockerfile(build, dockerfile.toString('utf8'))
  const dockerfilePath = paths.dockerfileInTar
  const contents = new Map(isChanged ? [[dockerfilePath, Buffer.from(text)]] : [])
  const isIgnored = await readIgnoreFile(repository, paths, signal)
  const place = (file: string): string | null => {
    const path = placeInContext(paths, file)
    return path === null || (path !== dockerfilePath && isIgnored(path)) ? null : path
  }
  const context = repackTar(repository.archive(signal), { place, contents, signal })
  const { commit, close: release } = repository
  return {
    kind: 'prepared',
    prepared: { context, directory: null, dockerfilePath, ...ready, commit, release },
  }
}

const mostIgnoreBytes = 1024 * 1024

/** Of paths of the context. */
async function readIgnoreFile(
  repository: FetchedRepository,
  { context }: BuildPaths,
  signal: AbortSignal,
): Promise<(path: string) => boolean> {
  const path = context === '' ? '.dockerignore' : `${context}/.dockerignore`
  const list = await repository.readFile(path, mostIgnoreBytes, signal)
  return list === null ? () => false : readIgnoreList(list.toString('utf8'))
}
