import type {
  DefaultResource,
  ExecuteBody,
  ExecutionDetails,
  ExecutionPage,
  ExecutionStarted,
  ExecutionStop,
  ExecutionSummary,
  ListExecutionsQuery,
  ListWorkflowsQuery,
  LogLine,
  RetryExecutionBody,
  ScheduleHistoryPage,
  ScheduleHistoryQuery,
  ScheduleTick,
  StepLogs,
  StopExecutionBody,
  UpdateWorkflowBody,
  WatcherTested,
  WorkflowBody,
  WorkflowDetails,
  WorkflowPage,
  WorkflowResource,
  WorkflowSaved,
  WorkflowSummary,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions, Download, Given, StepwiseOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'
import { type WaitOptions, type WatchOptions, followLog, waitUntil } from '../watch.ts'
import { signWebhookCall } from '../transport/sign-webhook-call.ts'
import { firstNamed } from './first-named.ts'
import { type WorkflowPatch, patchedWorkflow } from './patch-workflow.ts'
import { WorkflowRevisions } from './workflow-revisions.ts'

const liveExecutionStatuses: readonly string[] = ['Running', 'Stopping']
const liveStepStatuses: readonly string[] = ['Pending', 'Queued', 'Running']

/** Workflows and their runs. Got from `createClient().workflows`. */
export class Workflows {
  readonly #transport: Transport
  /** What they were before they were changed. */
  readonly revisions: WorkflowRevisions

  constructor(transport: Transport) {
    this.#transport = transport
    this.revisions = new WorkflowRevisions(transport)
  }

  /**
   * Creates a workflow.
   *
   * @example
   * const { id } = await client.workflows.createWorkflow({
   *   name: 'nightly',
   *   steps: { train: { imageId, command: 'python train.py' } },
   * })
   */
  createWorkflow(body: Given<WorkflowBody>, options?: CallOptions): Promise<WorkflowSaved> {
    return this.#transport.call('createWorkflow', { body }, options)
  }

  /**
   * Replaces a workflow; the name stays when absent.
   *
   * @example
   * await client.workflows.updateWorkflow(id, { steps: { train: { imageId, command: 'python train.py --fast' } } })
   */
  updateWorkflow(workflowId: number, body: Given<UpdateWorkflowBody>, options?: CallOptions): Promise<WorkflowSaved> {
    return this.#transport.call('updateWorkflow', { params: { workflowId }, body }, options)
  }

  /**
   * Creates the workflow, or replaces the one of that name.
   *
   * @example
   * const { id } = await client.workflows.createOrUpdateWorkflow(body)
   */
  async createOrUpdateWorkflow(body: Given<WorkflowBody>, options?: StepwiseOptions): Promise<WorkflowSaved> {
    const known = await firstNamed(this.listWorkflows({ searchTerm: body.name, pageSize: 100 }, options), body.name)
    return known === null ? this.createWorkflow(body, options) : this.updateWorkflow(known.id, body, options)
  }

  /**
   * Changes parts of a workflow: what the patch does not name stays. Reads the workflow, merges, and replaces it, so a
   * change by somebody else in between is lost.
   *
   * @throws NotFoundError when the workflow does not exist.
   * @throws TypeError when `stepNames` holds a name that no step has.
   * @example
   * await client.workflows.patchWorkflow(id, { steps: { train: { parameters: { env: { MODE: 'fast' } } } } })
   * // the same image for every step
   * await client.workflows.patchWorkflow(id, { everyStep: { imageId, imageVersionId } })
   */
  async patchWorkflow(workflowId: number, patch: WorkflowPatch, options?: StepwiseOptions): Promise<WorkflowSaved> {
    const body = patchedWorkflow(await this.describeWorkflow(workflowId, options), patch)
    return this.updateWorkflow(workflowId, body, options)
  }

  /**
   * Describes a workflow with its steps.
   *
   * @example
   * const { steps, lastExecution } = await client.workflows.describeWorkflow(id)
   */
  describeWorkflow(workflowId: number, options?: CallOptions): Promise<WorkflowDetails> {
    return this.#transport.call('describeWorkflow', { params: { workflowId } }, options)
  }

  /**
   * Lists workflows.
   *
   * @example
   * const running = await client.workflows.listWorkflows({ workflowStatus: ['Running'] }).all()
   */
  listWorkflows(query: ListWorkflowsQuery = {}, options?: CallOptions): List<WorkflowSummary, WorkflowPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listWorkflows', { query: { ...query, pageNumber } }, options),
      ({ workflows }) => workflows,
    )
  }

  /**
   * Deletes a workflow.
   *
   * @example
   * await client.workflows.deleteWorkflow(id)
   */
  async deleteWorkflow(workflowId: number, options?: CallOptions): Promise<void> {
    await this.#transport.call('deleteWorkflow', { params: { workflowId } }, options)
  }

  /**
   * Pauses the schedule of a workflow.
   *
   * @example
   * await client.workflows.pauseWorkflow(id)
   */
  async pauseWorkflow(workflowId: number, options?: CallOptions): Promise<void> {
    await this.#transport.call('pauseWorkflow', { params: { workflowId } }, options)
  }

  /**
   * Resumes the schedule of a workflow.
   *
   * @example
   * await client.workflows.resumeWorkflow(id)
   */
  async resumeWorkflow(workflowId: number, options?: CallOptions): Promise<void> {
    await this.#transport.call('resumeWorkflow', { params: { workflowId } }, options)
  }

  /**
   * Lists what became of the times of a workflow's schedules, newest first: the run that each started, or why none was.
   * Of the last 90 days unless `dateFrom` says otherwise.
   *
   * @example
   * for await (const { scheduledAt, reason } of client.workflows.listScheduleHistory(id, { outcomes: ['missed'] })) {
   *   console.log(scheduledAt, reason)
   * }
   */
  listScheduleHistory(
    workflowId: number,
    query: ScheduleHistoryQuery = {},
    options?: CallOptions,
  ): List<ScheduleTick, ScheduleHistoryPage> {
    const params = { workflowId }
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listScheduleHistory', { params, query: { ...query, pageNumber } }, options),
      ({ ticks }) => ticks,
    )
  }

  /**
   * Starts a run. Without an `idempotencyKey` it is never sent twice: when the answer is lost, look at `listExecutions`
   * before starting again.
   *
   * @throws ConflictError when a run is live and concurrent runs are off.
   * @throws TooManyRequestsError when concurrent runs are on and too many wait already.
   * @example
   * const { executionId } = await client.workflows.executeWorkflow(id, { params: { global: { MONTHS: '12' } } })
   * // a partial run: one step and everything that depends on it
   * await client.workflows.executeWorkflow(id, { stepsToRun: [{ stepName: 'train', runDAG: true }] })
   */
  executeWorkflow(workflowId: number, body: Given<ExecuteBody> = {}, options?: CallOptions): Promise<ExecutionStarted> {
    return this.#transport.call('executeWorkflow', { params: { workflowId }, body }, options)
  }

  /**
   * Starts a run by a webhook, as senders without an API token do. `payload` is JSON of any kind: `params` and `stepsToRun`
   * as in `executeWorkflow`, anything else reaches the steps as `WEBHOOK_PAYLOAD`. Calls with the same `messageId` start one
   * run.
   *
   * @param webhook - the token that `createWorkflow` answers and `describeWorkflow` shows.
   * @throws NotFoundError when there is no such webhook.
   * @throws ConflictError when the call was received before, or as `executeWorkflow` does.
   * @example
   * const { triggers } = await client.workflows.createWorkflow({ ...body, triggers: [{ webhook: true, signingSecret: true }] })
   * for (const { webhook, signingSecret } of triggers ?? []) {
   *   await client.workflows.callWebhook(webhook, { event: 'uploaded' }, { signingSecret })
   * }
   */
  async callWebhook(
    webhook: string,
    payload: unknown,
    options: CallOptions & {
      readonly signingSecret?: string | undefined
      readonly messageId?: string | undefined
    } = {},
  ): Promise<ExecutionStarted> {
    const { signingSecret, messageId = crypto.randomUUID() } = options
    const call = { messageId, body: JSON.stringify(payload) ?? '' }
    const headers =
      signingSecret === undefined ? { 'webhook-id': messageId } : await signWebhookCall(signingSecret, call, Date.now())
    const input = { params: { webhook }, body: payload }
    return this.#transport.call('callWebhook', input, { ...options, headers: { ...options.headers, ...headers } })
  }

  /**
   * Starts a run that has ended again, with the plan of that run. `from: 'failed'` keeps what succeeded, with its outputs.
   *
   * @throws ConflictError when the run has not ended, when there is nothing to retry, or as `executeWorkflow` does.
   * @example
   * const { executionId: again } = await client.workflows.retryExecution(id, executionId, { from: 'failed' })
   */
  retryExecution(
    workflowId: number,
    executionId: string,
    body: Given<RetryExecutionBody>,
    options?: CallOptions,
  ): Promise<ExecutionStarted> {
    return this.#transport.call('retryExecution', { params: { workflowId, executionId }, body }, options)
  }

  /**
   * Stops a run, whatever it is doing; safe to repeat. Its containers get SIGTERM, and SIGKILL ten seconds later. The
   * answer comes at once with `Stopping`, or with the status of a run that had ended; `waitForExecution` waits for the end.
   *
   * @example
   * await client.workflows.stopExecution(id, executionId, { reason: 'wrong month' })
   * const { status } = await client.workflows.waitForExecution(id, executionId)
   */
  stopExecution(
    workflowId: number,
    executionId: string,
    body: Given<StopExecutionBody> = {},
    options?: CallOptions,
  ): Promise<ExecutionStop> {
    return this.#transport.call('stopExecution', { params: { workflowId, executionId }, body }, options)
  }

  /**
   * Lists runs of a workflow, newest first, of the last 90 days unless `dateFrom` says otherwise.
   *
   * @example
   * const [latest] = await client.workflows.listExecutions(id, { count: 1 }).all()
   */
  listExecutions(
    workflowId: number,
    query: ListExecutionsQuery = {},
    options?: CallOptions,
  ): List<ExecutionSummary, ExecutionPage> {
    const params = { workflowId }
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listExecutions', { params, query: { ...query, pageNumber } }, options),
      ({ executions }) => executions,
    )
  }

  /**
   * Describes a run: its steps with status, times, outputs and reasons.
   *
   * @example
   * const { status, steps } = await client.workflows.getExecutionDetails(id, executionId)
   */
  getExecutionDetails(workflowId: number, executionId: string, options?: CallOptions): Promise<ExecutionDetails> {
    return this.#transport.call('getExecutionDetails', { params: { workflowId, executionId } }, options)
  }

  /**
   * Reads a piece of the log of a step. The same token with empty `logs` means that there is nothing more yet.
   *
   * @example
   * const { logs, nextToken } = await client.workflows.getExecutionLogs(id, executionId, { stepName: 'train' })
   */
  getExecutionLogs(
    workflowId: number,
    executionId: string,
    options: CallOptions & {
      readonly stepName: string
      readonly nextToken?: string | undefined
      /** `false` = answer at once, also when no line is new. Default: wait for one, up to 20 s. */
      readonly wait?: boolean | undefined
    },
  ): Promise<StepLogs> {
    const { stepName, nextToken, wait } = options
    const query = { stepName, ...(nextToken !== undefined && { nextToken }), ...(wait !== undefined && { wait }) }
    return this.#transport.call('getExecutionLogs', { params: { workflowId, executionId }, query }, options)
  }

  /**
   * Follows the log of a step until the step ended and every line was read. Waits for a step that has not started.
   *
   * @example
   * const lines = client.workflows.followExecutionLogs(id, executionId, { stepName: 'train' })
   * for await (const { message } of lines) console.log(message)
   */
  followExecutionLogs(
    workflowId: number,
    executionId: string,
    options: WatchOptions & { readonly stepName: string; readonly nextToken?: string | undefined },
  ): AsyncGenerator<LogLine> {
    const { stepName } = options
    return followLog(async (nextToken, call) => {
      const answer = await this.getExecutionLogs(workflowId, executionId, { stepName, nextToken, ...call })
      const ended = !liveStepStatuses.includes(answer.stepRunStatus)
      return { lines: answer.logs ?? [], nextToken: answer.nextToken, ended }
    }, options)
  }

  /**
   * Reads the whole log of a step as a text stream.
   *
   * @example
   * const { stream } = await client.workflows.downloadExecutionLogs(id, executionId, { stepName: 'train' })
   * await writeFile('train.log', stream)
   */
  async downloadExecutionLogs(
    workflowId: number,
    executionId: string,
    options: CallOptions & { readonly stepName: string },
  ): Promise<Download> {
    const input = { params: { workflowId, executionId }, query: { stepName: options.stepName } }
    const { downloadUrl } = await this.#transport.call('downloadExecutionLogs', input, options)
    return this.#transport.openLink(downloadUrl, options)
  }

  /**
   * Waits until a run ended, however it ended: look at `status` and at the `reason` of its steps.
   *
   * @example
   * const { status } = await client.workflows.waitForExecution(id, executionId)
   * if (status !== 'Success') throw new Error(`the run ended as ${status}`)
   */
  waitForExecution(workflowId: number, executionId: string, options: WaitOptions = {}): Promise<ExecutionDetails> {
    return waitUntil(
      `run ${executionId} of workflow ${workflowId}`,
      (call) => this.getExecutionDetails(workflowId, executionId, call),
      ({ status }) => !liveExecutionStatuses.includes(status),
      options,
    )
  }

  /**
   * Sends a test notification to a watcher, by its place in the workflow's list, from 0. How it went is seen by
   * `notifications.describeDelivery`.
   *
   * @example
   * const { deliveries } = await client.workflows.testWatcher(id, 0)
   */
  testWatcher(workflowId: number, watcherIndex: number, options?: CallOptions): Promise<WatcherTested> {
    return this.#transport.call('testWatcher', { params: { workflowId, watcherIndex } }, options)
  }

  /**
   * Lists the instance types that steps can ask for, in vCPU and GB.
   *
   * @example
   * const large = (await client.workflows.listResources()).filter(({ cpu }) => cpu >= 4)
   */
  listResources(options?: CallOptions): Promise<WorkflowResource[]> {
    return this.#transport.call('listResources', {}, options)
  }

  /**
   * The resources of a step that names none.
   *
   * @example
   * const { instanceTypeId, storage } = await client.workflows.getDefaultResource()
   */
  getDefaultResource(options?: CallOptions): Promise<DefaultResource> {
    return this.#transport.call('getDefaultResource', {}, options)
  }
}
