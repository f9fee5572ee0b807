import type { BuildDetails, FieldError } from '@cairn/contract'
import { oversize } from '../execution/limits.ts'
import { secretVariables } from '../execution/secret-references.ts'
import { validateRepository } from '../execution/validate-repository.ts'
import { resolveBuildPaths } from './build-paths.ts'

const field = (name: keyof BuildDetails | `${keyof BuildDetails}.${string}`): string => `buildDetails.${name}`

/** The rules that build details keep or break by themselves, whatever is stored or uploaded. */
export function checkBuildDetails(details: BuildDetails): FieldError[] {
  return [...checkSource(details), ...checkArguments(details)]
}

function checkSource(details: BuildDetails): FieldError[] {
  const { source = 'upload' } = details
  switch (source) {
    case 'upload':
      return [...checkPaths(details), ...checkArtifact(details)]
    case 'github':
      return [...checkPaths(details), ...checkRepository(details), ...refuseArtifact(details, source)]
    case 'dockerfile':
      return [...checkDockerfile(details), ...refuseArtifact(details, source)]
    default:
      return source satisfies never
  }
}

function checkPaths(details: BuildDetails): readonly FieldError[] {
  const resolved = resolveBuildPaths(details)
  return resolved.kind === 'invalid' ? resolved.errors : []
}

function checkArtifact({ artifactId, artifactVersion }: BuildDetails): FieldError[] {
  if (artifactVersion === undefined || artifactId !== undefined) return []
  return [{ field: field('artifactVersion'), rule: 'needs buildDetails.artifactId' }]
}

function refuseArtifact({ artifactId, artifactVersion }: BuildDetails, source: string): FieldError[] {
  if (artifactId === undefined && artifactVersion === undefined) return []
  return [{ field: field('artifactId'), rule: `is for the source "upload"; this one is "${source}"` }]
}

const repositoryFields: Readonly<Record<string, string>> = {
  'repository.url': field('repository'),
  'repository.branch': field('branch'),
}

function checkRepository({ repository = '', branch }: BuildDetails): FieldError[] {
  // Any name that keeps the rules stands for the default branch, which needs no name.
  const errors = validateRepository('repository', { url: repository, branch: branch ?? 'default' })
  return errors.map((error) => ({ ...error, field: repositoryFields[error.field] ?? error.field }))
}

function checkDockerfile({ dockerfile = '' }: BuildDetails): FieldError[] {
  if (dockerfile.trim() !== '') return []
  return [{ field: field('dockerfile'), rule: 'is required when source is "dockerfile": the text of the Dockerfile' }]
}

function checkArguments({ buildArguments = [], secrets = [] }: BuildDetails): FieldError[] {
  const ofSecrets = new Map(secrets.flatMap((name) => secretArguments(name).map((argument) => [argument, name])))
  const seen = new Set<string>()
  return buildArguments.flatMap(({ name, value }, index) => {
    const secret = ofSecrets.get(name)
    const errors = checkValue(field(`buildArguments.${index}.value`), value)
    if (secret !== undefined) {
      errors.push({ field: field(`buildArguments.${index}.name`), rule: `is the argument of the secret "${secret}"` })
    }
    if (seen.has(name)) errors.push({ field: field(`buildArguments.${index}.name`), rule: `"${name}" is there twice` })
    seen.add(name)
    return errors
  })
}

function checkValue(path: string, value: string): FieldError[] {
  const rule = oversize(value)
  if (rule !== null) return [{ field: path, rule }]
  return value.includes('\0') ? [{ field: path, rule: 'must not hold a NUL character' }] : []
}

/**
 * The names under which a Dockerfile may declare a secret as its argument.
 *
 * @example
 * secretArguments('db-password') // ['db-password', 'DB_PASSWORD', 'DB_PASSWORD_CUSTOM']
 */
export function secretArguments(name: string): readonly string[] {
  return [...new Set([name, ...secretVariables(name)])]
}

/** The names of all secrets that a build is given: those for its steps, and the token of its repository. */
export function secretsOfBuild({ source, secrets = [], token }: BuildDetails): readonly string[] {
  return [...new Set([...secrets, ...(source === 'github' && token !== undefined ? [token] : [])])]
}
