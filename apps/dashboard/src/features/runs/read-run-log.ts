/** How the log of a step, and that of a whole run, are read. */
import type { CairnClient } from '@cairn/sdk'
import type { ReadLog } from '../../components/log/use-log.ts'
import { type LoggedStep, RunLogReader } from './run-log-reader.ts'

export interface StepKey {
  readonly workflowId: number
  readonly executionId: string
  readonly stepName: string
}

/** The log of a step that has ended, as a file: a million lines come in seconds, without their times. */
export function readWholeLog(client: CairnClient, { workflowId, executionId, stepName }: StepKey): ReadLog {
  return async (signal, give) => {
    const { stream } = await client.workflows.downloadExecutionLogs(workflowId, executionId, { stepName, signal })
    let rest = ''
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      give(lines.map((line) => ({ text: line, at: null, from: null })))
    }
    if (rest !== '') give([{ text: rest, at: null, from: null }])
  }
}

/** The log of a step as it grows. */
export function readLiveLog(client: CairnClient, { workflowId, executionId, stepName }: StepKey): ReadLog {
  return async (signal, give) => {
    const lines = client.workflows.followExecutionLogs(workflowId, executionId, { stepName, signal })
    for await (const { message, timestamp } of lines) give([{ text: message, at: timestamp, from: null }])
  }
}

/** The lines of all steps in the order of their times, as far as they have come. Steps that never start write nothing. */
export function readRunLog(
  client: CairnClient,
  workflowId: number,
  { runId, steps }: { readonly runId: string; readonly steps: readonly LoggedStep[] },
): ReadLog {
  return (signal, give) => new RunLogReader(client, { workflowId, runId }).read(steps, signal, give)
}
