import { DryRunQuery } from '../schemas/dry-run.ts'
import type { Route } from '../route.ts'

/** Whether an operation can be tried without being done. */
export function offersDryRun({ query }: Route): boolean {
  return query === DryRunQuery
}
