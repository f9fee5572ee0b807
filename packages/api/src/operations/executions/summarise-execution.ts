import type { ExecutionSummary } from '@cairn/contract'
import type { ExecutionRecord } from '@cairn/store'
import { wireExecutionStatus } from '../../statuses.ts'

/** @param now up to which a live run has taken its time */
export function summariseExecution(execution: ExecutionRecord, now: number): ExecutionSummary {
  const { executionId, status, createdAt, finishedAt, rerunOf, reason } = execution
  return {
    executionId,
    ...(rerunOf !== null && { rerunId: rerunOf }),
    status: wireExecutionStatus(status),
    executedAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    duration: Math.max(0, (finishedAt?.getTime() ?? now) - createdAt.getTime()) / 1000,
    ...(reason !== null && { reason }),
  }
}
