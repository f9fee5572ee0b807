import type { WorkflowRestored, WorkflowRevision } from '@cairn/sdk'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Undo2 } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SkeletonRows } from '../../components/skeleton.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { useToast } from '../../components/toasts.tsx'
import { useClient } from '../../session/client-context.ts'
import { workflowQuery } from '../workflows/workflow-queries.ts'
import { ChangeList } from './change-list.tsx'
import { NewHookSecrets } from './new-hook-secrets.tsx'
import { revisionsQuery } from './revision-queries.ts'

function Revision({
  revision: { revision, createdAt, createdBy, changes, changesCount },
  isNewest,
  onRestore,
}: {
  readonly revision: WorkflowRevision
  readonly isNewest: boolean
  readonly onRestore: () => Promise<unknown>
}): ReactElement {
  return (
    <li className="rounded-lg border border-line bg-surface p-4">
      <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-semibold">Revision {revision}</h2>
        {isNewest ? <span className="rounded-full bg-good-soft px-2 text-[12px] text-good">Current</span> : null}
        <span className="text-faint">
          {createdBy}, <Moment at={createdAt} />
        </span>
        {isNewest ? null : (
          <div className="ml-auto">
            <ConfirmButton
              needs="write"
              label="Restore"
              icon={Undo2}
              isSmall
              question={`Restore revision ${revision}?`}
              onConfirm={onRestore}
            >
              The workflow becomes again what it was then, as a new revision. Its name stays, and so do runs that have
              started.
            </ConfirmButton>
          </div>
        )}
      </div>
      {changesCount === 0 ? (
        <p className="text-faint">{revision === 1 ? 'It was made.' : 'Nothing that is shown.'}</p>
      ) : null}
      <ChangeList changes={changes} />
      {changesCount > changes.length ? (
        <p className="mt-2 text-faint">and {changesCount - changes.length} more</p>
      ) : null}
    </li>
  )
}

function useRestore(workflowId: number) {
  const client = useClient()
  const queries = useQueryClient()
  const say = useToast()
  const [restored, setRestored] = useState<WorkflowRestored | null>(null)
  const restore = async (revision: number): Promise<void> => {
    const done = await client.workflows.revisions.restore(workflowId, revision)
    setRestored(done)
    await queries.invalidateQueries({ queryKey: ['workflow'] })
    say(`Revision ${done.revision} is what revision ${revision} was.`)
  }
  return { restore, restored, forget: () => setRestored(null) }
}

/** What a workflow was, and the way back. */
export function RevisionsPage(): ReactElement {
  const { workflowId } = useParams({ from: '/workflows/$workflowId/revisions' })
  const client = useClient()
  const workflow = useQuery(workflowQuery(client, workflowId))
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    revisionsQuery(client, workflowId),
  )
  const { restore, restored, forget } = useRestore(workflowId)
  const revisions = data?.pages.flatMap((page) => page.revisions)
  const name = workflow.data?.name ?? `Workflow ${workflowId}`
  return (
    <>
      <PageHeader
        title="Revisions"
        crumbs={[
          { label: 'Workflows', link: { to: '/workflows' } },
          { label: name, link: { to: '/workflows/$workflowId', params: { workflowId } } },
        ]}
      >
        <SnippetButton
          snippets={{
            api: `GET /workflows/api/v1/workflows/${workflowId}/revisions`,
            cli: `cairn workflows history ${workflowId}`,
            sdk: `const revisions = await client.workflows.revisions.list(${workflowId}).all()`,
          }}
        />
      </PageHeader>
      {error === null ? null : <ErrorNote error={error} onRetry={() => void refetch()} className="mb-3" />}
      {revisions === undefined ? (
        error === null ? (
          <SkeletonRows rows={4} />
        ) : null
      ) : (
        <ol className="space-y-3">
          {revisions.map((each, at) => (
            <Revision
              key={each.revision}
              revision={each}
              isNewest={at === 0}
              onRestore={() => restore(each.revision)}
            />
          ))}
        </ol>
      )}
      {restored === null ? null : <NewHookSecrets restored={restored} onClose={forget} />}
      {hasNextPage ? (
        <Button className="mt-3" isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier
        </Button>
      ) : null}
    </>
  )
}
