import { requiredText } from '../../grammar/option.ts'

/** Names a run. */
export const runOptions = {
  workflowId: requiredText('Number or name of the workflow.', { placeholder: 'WORKFLOW', completion: 'workflow' }),
  executionId: requiredText('Id of the run.', { placeholder: 'RUN' }),
}
