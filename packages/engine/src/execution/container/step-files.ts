/** The repository that a step wants in its working directory. */
import { createHash } from 'node:crypto'
import type { PlannedRepository, SecretMask } from '@cairn/domain'
import type { WorkloadFiles } from '@cairn/driver'
import type { Repositories } from '../../repository/git-repositories.ts'

export interface FilesWanted {
  readonly repository: PlannedRepository | null
  /** Value of the secret that the repository names. */
  readonly token: string | null
  readonly mask: SecretMask
  /** Whether the container is there already, with its files in it. */
  isMade(): Promise<boolean>
  readonly signal: AbortSignal
}

export type StepFiles =
  | {
      readonly kind: 'given'
      readonly files: WorkloadFiles | null
      readonly commit: string | null
      close(): Promise<void>
    }
  | { readonly kind: 'failed'; readonly reason: string }

const nothingToClose = () => Promise.resolve()

/**
 * The repository is fetched once per container. Its files go by where they are from and not by their commit: a container
 * that is there already is the same, also when the branch has moved on since.
 */
export async function fetchStepFiles(repositories: Repositories, wanted: FilesWanted): Promise<StepFiles> {
  const { repository, token, mask, signal } = wanted
  if (repository === null) return { kind: 'given', files: null, commit: null, close: nothingToClose }
  const digest = createHash('sha256').update(`${repository.url}\n${repository.branch}`).digest('hex')
  if (await wanted.isMade()) {
    return { kind: 'given', files: { digest, open: refuseToOpen }, commit: null, close: nothingToClose }
  }
  const fetched = await repositories.fetch(repository, token, signal)
  if (fetched.kind === 'failed') {
    const reason = `repository ${repository.url}, branch ${repository.branch}: ${fetched.reason}`
    return { kind: 'failed', reason: mask.mask(reason) }
  }
  const { commit, archive, close } = fetched.repository
  return { kind: 'given', files: { digest, open: () => archive(signal) }, commit, close }
}

function refuseToOpen(): AsyncIterable<Uint8Array> {
  throw new Error('the container was removed while it was taken over')
}
