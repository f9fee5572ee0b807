import type { FieldError } from '@cairn/contract'
import type { PlannedRepository } from './plan.ts'
import type { RepositoryDraft, StepDraft } from './workflow-draft.ts'

/** The rules of a git repository that a step names. `field` is its path. */
export function validateRepository(field: string, repository: RepositoryDraft): FieldError[] {
  const url = checkUrl(repository.url ?? '')
  const branch = checkBranch(repository.branch ?? '')
  return [
    ...(url === null ? [] : [{ field: `${field}.url`, rule: url }]),
    ...(branch === null ? [] : [{ field: `${field}.branch`, rule: branch }]),
  ]
}

function checkUrl(text: string): string | null {
  const rule = 'must be an http or https address, such as https://github.com/org/repo'
  if (!/^https?:\/\//i.test(text)) return text === '' ? 'is required: the address to clone' : rule
  const url = URL.parse(text)
  if (url === null || /[\s\p{Cc}]/u.test(text) || url.hostname.endsWith('.')) return rule
  if (`${url.username}${url.password}` !== '') return 'must not hold a user name or password; name a secret in token'
  return url.search === '' && url.hash === '' ? null : 'must have neither a query nor a fragment'
}

/** As `git check-ref-format --branch`. */
function checkBranch(name: string): string | null {
  if (name === '') return 'is required: the name of a branch'
  const isName =
    !name.startsWith('-') &&
    name.length <= 256 &&
    !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|\/\./u.test(name) &&
    name !== '@' &&
    name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
  return isName ? null : 'must be the name of a branch, such as main'
}

/** False also for `{}`. */
export function hasRepository({ repository }: StepDraft): boolean {
  return repository !== null && repository !== undefined && Object.keys(repository).length > 0
}

/** The repository that a step names, its rules kept; an empty token is none. */
export function planRepository(repository: RepositoryDraft): PlannedRepository {
  const token = repository.token ?? ''
  return { url: repository.url ?? '', branch: repository.branch ?? '', token: token === '' ? null : token }
}
