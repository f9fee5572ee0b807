import type {
  ListWorkflowRevisionsQuery,
  WorkflowRestored,
  WorkflowRevision,
  WorkflowRevisionPage,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** What workflows were before they were changed. Got from `createClient().workflows.revisions`. */
export class WorkflowRevisions {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Lists what a workflow was, newest first, and what each change changed.
   *
   * @param query - `pageSize` is at most 20.
   * @throws NotFoundError when the workflow does not exist.
   * @example
   * for await (const { revision, createdBy, changes } of client.workflows.revisions.list(id)) {
   *   console.log(revision, createdBy, changes.map(({ path }) => path))
   * }
   */
  list(
    workflowId: number,
    query: ListWorkflowRevisionsQuery = {},
    options?: CallOptions,
  ): List<WorkflowRevision, WorkflowRevisionPage> {
    const page = (pageNumber: number): Promise<WorkflowRevisionPage> =>
      this.#transport.call(
        'listWorkflowRevisions',
        { params: { workflowId }, query: { ...query, pageNumber } },
        options,
      )
    return listOf(query.pageNumber ?? 1, page, ({ revisions }) => revisions)
  }

  /**
   * Makes a workflow again what it was, as a new revision. It keeps its name. A webhook that was removed since gets a new
   * token.
   *
   * @returns the number of the newest revision: the one before when nothing differs.
   * @throws NotFoundError when the workflow or the revision does not exist.
   * @throws BadRequestError when it names an image, a query or a secret that is gone.
   * @example
   * const { revision } = await client.workflows.revisions.restore(id, 3)
   */
  restore(workflowId: number, revision: number, options?: CallOptions): Promise<WorkflowRestored> {
    return this.#transport.call('restoreWorkflowRevision', { params: { workflowId }, body: { revision } }, options)
  }
}
