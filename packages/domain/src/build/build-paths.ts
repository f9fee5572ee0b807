import type { FieldError } from '@cairn/contract'

/** Where the parts of a build lie in the artifact, and in the tar that the builder gets. */
export interface BuildPaths {
  /** Directory of the artifact that is the build context, without `/` at either end; empty = the whole artifact. */
  readonly context: string
  /** The Dockerfile in the artifact. */
  readonly dockerfile: string
  /** The Dockerfile in the tar. */
  readonly dockerfileInTar: string
}

export type BuildPathsResult =
  | { readonly kind: 'paths'; readonly paths: BuildPaths }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }

/** Where a Dockerfile from outside of the context is put; `COPY . .` takes it along. */
const guestDockerfile = '.cairn.dockerfile'
const forbiddenCharacter = /[\p{Cc}\\]/u

/**
 * Both paths are relative to the root of the artifact or repository, as `docker build -f dockerfilePath context` run there would
 * take them. Defaults: `Dockerfile` and the whole artifact. When `context` is a directory below, only that directory is
 * sent, and a Dockerfile outside of it is put beside as `.cairn.dockerfile`.
 *
 * @example
 * resolveBuildPaths({ dockerfilePath: 'docker/api.Dockerfile', context: './app/' })
 * // paths: { context: 'app', dockerfile: 'docker/api.Dockerfile', dockerfileInTar: '.cairn.dockerfile' }
 */
export function resolveBuildPaths(details: {
  readonly dockerfilePath?: string | undefined
  readonly context?: string | undefined
}): BuildPathsResult {
  const dockerfile = cleanPath(details.dockerfilePath?.trim() || 'Dockerfile')
  const context = cleanPath(details.context?.trim() || '.')
  const errors: FieldError[] = []
  if (dockerfile.kind === 'broken') errors.push({ field: 'buildDetails.dockerfilePath', rule: dockerfile.rule })
  else if (dockerfile.path === '') errors.push({ field: 'buildDetails.dockerfilePath', rule: 'must name a file' })
  if (context.kind === 'broken') errors.push({ field: 'buildDetails.context', rule: context.rule })
  if (dockerfile.kind === 'broken' || context.kind === 'broken' || errors.length > 0) return { kind: 'invalid', errors }
  const inside = relativeTo(context.path, dockerfile.path)
  const paths = { context: context.path, dockerfile: dockerfile.path, dockerfileInTar: inside ?? guestDockerfile }
  return { kind: 'paths', paths }
}

/** The place in the tar of a file of the artifact; null = not sent. */
export function placeInContext(paths: BuildPaths, file: string): string | null {
  return relativeTo(paths.context, file) ?? (file === paths.dockerfile ? paths.dockerfileInTar : null)
}

type CleanPath = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'broken'; readonly rule: string }

function cleanPath(text: string): CleanPath {
  if (forbiddenCharacter.test(text)) return { kind: 'broken', rule: 'must not hold backslashes or control characters' }
  if (text.startsWith('/'))
    return { kind: 'broken', rule: 'must be relative to the root of the artifact or repository, not begin with /' }
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..')) return { kind: 'broken', rule: 'must not hold ".."' }
  return { kind: 'path', path: segments.join('/') }
}

function relativeTo(directory: string, path: string): string | null {
  if (directory === '') return path
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : null
}
