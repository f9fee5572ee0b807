import type { ExecutionStarted } from '@cairn/contract'
import type { RunStart } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { startedOrRefused } from './start-refusals.ts'

export const executeWorkflow: Operation<'executeWorkflow'> = (context, { caller, params, body }) =>
  startFromRequest(context, {
    tenantId: caller.tenantId,
    workflowId: params.workflowId,
    trigger: 'manual',
    startedBy: caller.userEmail,
    parameters: { global: body.params?.global ?? {}, stepWise: body.params?.stepWise ?? {} },
    stepsToRun: body.stepsToRun ?? [],
  })

export const retryExecution: Operation<'retryExecution'> = (context, { caller, params, body }) =>
  startFromRequest(context, {
    tenantId: caller.tenantId,
    workflowId: params.workflowId,
    trigger: 'retry',
    startedBy: caller.userEmail,
    parameters: { global: body.params?.global ?? {}, stepWise: body.params?.stepWise ?? {} },
    retryOf: { executionId: params.executionId, from: body.from },
  })

async function startFromRequest(context: ApiContext, start: RunStart): Promise<ExecutionStarted> {
  const limits = { machine: context.machine(), ...context.limits.runs }
  const executionId = startedOrRefused(await context.runStarter.start(start, limits), start)
  context.hints.notify('execution')
  return { executionId }
}
