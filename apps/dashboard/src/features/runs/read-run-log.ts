/** How the log of a step, and that of a whole run, are read. */
import type { CairnClient, ExecutionDetails, ExecutionStep } from '@cairn/sdk'
import type { LogEntry } from '../../components/log/log-store.ts'
import type { ReadLog } from '../../components/log/use-log.ts'
import { mergeByTime } from './merge-by-time.ts'

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

/** Milliseconds between two looks at the logs of a run. */
const lookMs = 1_000

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new Error('left'))
    })
  })
}

interface Reader {
  readonly step: string
  token: string | undefined
  isDone: boolean
}

/** The lines of all steps in the order of their times, as far as they have come. Steps that never start write nothing. */
export function readRunLog(
  client: CairnClient,
  workflowId: number,
  run: Pick<ExecutionDetails, 'runId' | 'steps'>,
): ReadLog {
  return async (signal, give) => {
    const readers: Reader[] = run.steps.map(({ name }: ExecutionStep) => ({
      step: name,
      token: undefined,
      isDone: false,
    }))
    const waiting = new Map<string, LogEntry[]>()
    const readMore = async (reader: Reader): Promise<boolean> => {
      const { step, token } = reader
      const answer = await client.workflows.getExecutionLogs(workflowId, run.runId, {
        stepName: step,
        nextToken: token,
        signal,
      })
      const logs = answer.logs ?? []
      reader.token = answer.nextToken
      reader.isDone = logs.length === 0 && answer.stepRunStatus !== 'Running'
      const entries = logs.map(({ message, timestamp }) => ({ text: message, at: timestamp, from: step }))
      waiting.set(step, [...(waiting.get(step) ?? []), ...entries])
      return logs.length > 0
    }
    for (;;) {
      const open = readers.filter(({ isDone }) => !isDone)
      const grew = new Set<string>()
      for (const reader of open) if (await readMore(reader)) grew.add(reader.step)
      give(mergeByTime(waiting, grew))
      if (readers.every(({ isDone }) => isDone)) return
      if (grew.size === 0) await pause(lookMs, signal)
    }
  }
}
