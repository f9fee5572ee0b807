/**
 * Always true: a change that is acknowledged is in the audit log. The row is written after the operation and before the answer;
 * where it cannot be written the caller is told of a failure. A process that dies in between leaves a change without a row, and
 * a caller without an answer.
 */
import { offersDryRun, type OperationId, type Route } from '@cairn/contract'
import type { FastifyRequest } from 'fastify'
import type { ApiContext } from '../context.ts'
import { auditEventOf, isAudited } from './audited-call.ts'
import { refusalOf } from './error-answer.ts'

/** What is to be sent. */
export interface Answered {
  readonly response: Route['response']
  readonly answer: unknown
}

interface Served {
  readonly id: OperationId
  readonly route: Route
}

export async function keepingAudit(
  context: ApiContext,
  served: Served,
  request: FastifyRequest,
  serve: () => Promise<Answered>,
): Promise<Answered> {
  const answered = await serve().catch(async (error: unknown) => {
    const { status, code } = refusalOf(error)
    // The refusal is what the caller has to know of.
    await record(context, served, request, { answer: null, status, errorCode: code }).catch((cause: unknown) =>
      context.logger.error({ err: cause, requestId: request.id }, 'a refusal is missing in the audit log'),
    )
    throw error
  })
  const { answer, response } = answered
  await record(context, served, request, { answer, status: response.status, errorCode: null })
  return answered
}

async function record(
  { auditLog }: ApiContext,
  served: Served,
  request: FastifyRequest,
  { answer, ...outcome }: { readonly answer: unknown; readonly status: number; readonly errorCode: string | null },
): Promise<void> {
  if (!isAudited(served.id, served.route, outcome.errorCode) || asksForRehearsal(served.route, request)) return
  const { caller, body } = request.facts
  const place = { address: request.ip, requestId: request.id }
  const event = auditEventOf(served, { caller, params: request.params, body, answer }, { ...outcome, ...place })
  if (event !== null) await auditLog.record(event)
}

/** Whether a call only tries. A route that does not offer it takes no notice of the key. */
function asksForRehearsal(route: Route, { query }: FastifyRequest): boolean {
  return offersDryRun(route) && typeof query === 'object' && query !== null && Reflect.get(query, 'dryRun') === 'true'
}
