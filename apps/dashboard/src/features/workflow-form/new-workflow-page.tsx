import type { WorkflowBody } from '@cairn/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { RefusalNote } from '../../components/refusal-note.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { useClient } from '../../session/client-context.ts'
import { imageChoiceQuery } from './image-choice-query.ts'
import { WorkflowEditor } from './workflow-editor.tsx'

/** A first step that works as it stands where there is an image, and one that needs none elsewhere. */
function startOf(imageId: number | undefined): WorkflowBody {
  const step =
    imageId === undefined
      ? ({ type: 'http', method: 'get', url: 'https://example.com', parents: [] } as const)
      : ({ type: 'standard', imageId, command: 'echo hello', parents: [] } as const)
  return { name: '', triggers: [], watchers: [], steps: { 'step-1': { ...step, parents: [] } } }
}

/** Makes a workflow. */
export function NewWorkflowPage(): ReactElement {
  const client = useClient()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const reading = useQuery(imageChoiceQuery(client))
  const save = async (body: WorkflowBody): Promise<void> => {
    const { id } = await client.workflows.createWorkflow(body)
    await queries.invalidateQueries({ queryKey: ['workflow', 'list'] })
    await navigate({ to: '/workflows/$workflowId', params: { workflowId: id } })
  }
  return (
    <>
      <PageHeader title="New workflow" crumbs={[{ label: 'Workflows', link: { to: '/workflows' } }]}>
        <SnippetButton
          snippets={{
            api: `POST /workflows/api/v1/workflows/ {"name": "nightly", "steps": {"train": {"imageId": 1, "command": "python train.py"}}}`,
            cli: 'cairn workflows create workflow.yaml',
            sdk: `const { id } = await client.workflows.createWorkflow({\n  name: 'nightly',\n  steps: { train: { imageId: 1, command: 'python train.py' } },\n})`,
          }}
        />
      </PageHeader>
      <RefusalNote needs="write" />
      <Reading of={reading} skeleton={<SkeletonBlock height={480} />}>
        {([image]) => <WorkflowEditor workflowId={null} initial={startOf(image?.id)} onSave={save} />}
      </Reading>
    </>
  )
}
