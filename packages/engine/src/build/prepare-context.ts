import { fileToTar } from '@cairn/archive'
import { type BuildPaths, resolveBuildPaths } from '@cairn/domain'
import type { Repositories } from '../repository/git-repositories.ts'
import { prepareRepository } from './prepare-repository.ts'
import { type DirectoryParts, prepareDirectory } from './prepare-directory.ts'
import { prepareUpload } from './prepare-upload.ts'
import { type BuildSource, prepareDockerfile, type Preparation, refused } from './prepared-context.ts'

export interface PreparationParts extends DirectoryParts {
  readonly repositories: Repositories
}

export interface PreparationWork {
  readonly build: BuildSource
  /** Values of the build's secrets, by name. */
  readonly values: ReadonlyMap<string, string>
  /** Whether the builder does. */
  readonly takesDirectories: boolean
  readonly signal: AbortSignal
}

/**
 * Checks all that can be checked of a build's source before a builder sees a byte of it.
 *
 * @throws what the object store throws, and the signal's reason
 */
export async function prepareContext(parts: PreparationParts, work: PreparationWork): Promise<Preparation> {
  const { build, signal } = work
  const { source = 'upload', dockerfile, token } = build.details
  switch (source) {
    case 'upload':
      return withPaths(build, (paths) =>
        work.takesDirectories
          ? prepareDirectory(parts, { build, paths, signal })
          : prepareUpload(parts, { build, paths, signal }),
      )
    case 'dockerfile':
      return dockerfile === undefined || dockerfile.trim() === ''
        ? refused('buildDetails.dockerfile: must hold the text of a Dockerfile')
        : prepareText(dockerfile, build)
    case 'github': {
      const value = token === undefined ? null : (work.values.get(token) ?? null)
      return withPaths(build, (paths) => prepareRepository(parts.repositories, { build, paths, token: value, signal }))
    }
    default:
      return refused(`buildDetails.source: ${String(source satisfies never)} is not known`)
  }
}

async function withPaths(
  { details }: BuildSource,
  prepare: (paths: BuildPaths) => Promise<Preparation>,
): Promise<Preparation> {
  const resolved = resolveBuildPaths(details)
  if (resolved.kind === 'paths') return prepare(resolved.paths)
  return refused(resolved.errors.map(({ field, rule }) => `${field}: ${rule}`).join('; '))
}

function prepareText(dockerfile: string, build: BuildSource): Preparation {
  const { text, isChanged: _, ...ready } = prepareDockerfile(build, dockerfile)
  const context = fileToTar('Dockerfile', Buffer.from(text))
  const release = (): Promise<void> => Promise.resolve()
  return {
    kind: 'prepared',
    prepared: {
      context,
      directory: null,
      dockerfilePath: 'Dockerfile',
      ...ready,
      commit: null,
      release,
    },
  }
}
