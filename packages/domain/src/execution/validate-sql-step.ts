import type { FieldError } from '@cairn/contract'
import { byteLength } from './limits.ts'
import { validateRepository } from './validate-repository.ts'
import type { StepDraft } from './workflow-draft.ts'

/** PostgreSQL cuts longer names off. */
const mostNameBytes = 63

/**
 * The rules of a `sql` step. `field` is the step's path. A patch by a client of the reference may put `repository.url` or
 * `branch` into every step; beside a `sqlQueryPath` they mean nothing.
 */
export function validateSqlStep(field: string, step: StepDraft): FieldError[] {
  const { sqlQueryPath, repository } = step
  const hasPath = (sqlQueryPath ?? '') !== ''
  const hasFile = (repository?.filePath ?? '') !== ''
  if (hasPath && hasFile) {
    return [{ field: `${field}.sqlQueryPath`, rule: 'give either this or repository with filePath, not both' }]
  }
  return [
    ...((step.parameters?.secrets ?? []).length > 0
      ? [{ field: `${field}.parameters.secrets`, rule: 'a sql step takes no secrets; its text would show them' }]
      : []),
    ...(hasPath ? [] : checkFile(field, step)),
  ]
}

function checkFile(field: string, { repository }: StepDraft): FieldError[] {
  if (repository === null || repository === undefined) {
    return [{ field: `${field}.sqlQueryPath`, rule: 'is required: the path of a query, or repository with filePath' }]
  }
  return [...validateRepository(`${field}.repository`, repository), ...checkFilePath(field, repository.filePath ?? '')]
}

function checkFilePath(field: string, path: string): FieldError[] {
  const isInside = path
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && name.toLowerCase() !== '.git')
  return isInside && !/[\\\p{Cc}]/u.test(path) && byteLength(path) <= 1024
    ? []
    : [
        {
          field: `${field}.repository.filePath`,
          rule: 'is required: a path inside the repository, such as sql/load.sql',
        },
      ]
}

/** The rules of an `export` step. `field` is the step's path. */
export function validateExportStep(field: string, step: StepDraft): FieldError[] {
  return (['schema', 'table', 'sortBy'] as const).flatMap((key) => {
    const name = step[key] ?? ''
    const bytes = byteLength(name)
    const where = `${field}.${key}`
    if (name === '') return [{ field: where, rule: 'is required: the name of a schema, a table or a column' }]
    return bytes > mostNameBytes || name.includes('\0')
      ? [{ field: where, rule: `is a name of at most ${mostNameBytes} bytes; this one has ${bytes}` }]
      : []
  })
}
