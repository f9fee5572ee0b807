import type { DryRunAnswer, WorkflowBody } from '@cairn/sdk'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useClient } from '../../session/client-context.ts'

/** Milliseconds that typing rests before the server is asked. */
const settleMs = 500

/**
 * What the server would say to the workflow as it stands: it checks everything and changes nothing.
 *
 * @param isReady false = the server is not asked
 */
export function useCheck(workflowId: number | null, body: WorkflowBody, isReady: boolean) {
  const client = useClient()
  const text = JSON.stringify(body)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs)
    return () => clearTimeout(timer)
  }, [text])
  const check = useQuery({
    queryKey: ['workflow-check', workflowId, settled],
    queryFn: async ({ signal }) => {
      const query = { dryRun: true }
      const wanted = JSON.parse(settled) as WorkflowBody
      const answer =
        workflowId === null
          ? await client.raw('createWorkflow', { query, body: wanted }, { signal })
          : await client.raw('updateWorkflow', { params: { workflowId }, query, body: wanted }, { signal })
      return answer.body as unknown as DryRunAnswer
    },
    enabled: isReady,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Infinity,
  })
  return { error: check.error, data: check.data, isChecking: isReady && (text !== settled || check.isFetching) }
}
