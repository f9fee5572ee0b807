import { patchedWorkflow, type WorkflowBody, type WorkflowDetails } from '@cairn/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { RefusalNote } from '../../components/refusal-note.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { useClient } from '../../session/client-context.ts'
import { WorkflowEditor } from './workflow-editor.tsx'

/** The workflow as it would be written. */
function asWritten(workflow: WorkflowDetails): WorkflowBody {
  const { name, metadata, retryOptions } = workflow
  return {
    ...patchedWorkflow(workflow, {}),
    name,
    ...(metadata !== undefined && { metadata }),
    ...(retryOptions !== undefined && { retryOptions }),
  }
}

/** Changes a workflow; runs that are under way go on as they were. */
export function EditWorkflowPage(): ReactElement {
  const { workflowId } = useParams({ from: '/workflows/$workflowId/edit' })
  const client = useClient()
  const navigate = useNavigate()
  const queries = useQueryClient()
  // Read once: what is being written is not written over by a reading.
  const reading = useQuery({
    queryKey: ['workflow-to-edit', workflowId],
    queryFn: ({ signal }) => client.workflows.describeWorkflow(workflowId, { signal }),
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })
  const save = async (body: WorkflowBody): Promise<void> => {
    await client.workflows.updateWorkflow(workflowId, body)
    await queries.invalidateQueries({ queryKey: ['workflow'] })
    await navigate({ to: '/workflows/$workflowId', params: { workflowId } })
  }
  const name = reading.data?.name ?? `Workflow ${workflowId}`
  return (
    <>
      <PageHeader
        title={`Edit ${name}`}
        crumbs={[
          { label: 'Workflows', link: { to: '/workflows' } },
          { label: name, link: { to: '/workflows/$workflowId', params: { workflowId } } },
        ]}
      >
        <SnippetButton
          snippets={{
            api: `PUT /workflows/api/v1/workflows/${workflowId} {"steps": {"train": {"imageId": 1, "command": "python train.py"}}}`,
            cli: `cairn workflows update ${workflowId} workflow.yaml`,
            sdk: `await client.workflows.updateWorkflow(${workflowId}, {\n  steps: { train: { imageId: 1, command: 'python train.py' } },\n})`,
          }}
        />
      </PageHeader>
      <RefusalNote needs="write" />
      <Reading of={reading} skeleton={<SkeletonBlock height={480} />}>
        {(workflow) => <WorkflowEditor workflowId={workflowId} initial={asWritten(workflow)} onSave={save} />}
      </Reading>
    </>
  )
}
