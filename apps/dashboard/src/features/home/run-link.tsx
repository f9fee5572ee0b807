import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

/** The name of a workflow that leads to one of its runs. */
export function RunLink({
  workflowId,
  executionId,
  name,
}: {
  readonly workflowId: number
  readonly executionId: string
  readonly name: string
}): ReactElement {
  return (
    <Link
      to="/workflows/$workflowId/runs/$executionId"
      params={{ workflowId, executionId }}
      className="row-link hover:underline"
    >
      {name}
    </Link>
  )
}
