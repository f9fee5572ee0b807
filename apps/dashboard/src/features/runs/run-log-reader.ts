/**
 * Reads the logs of all steps of a run as one.
 *
 * Always true: of a step whose lines wait for older ones of another step, nothing more is read, so at most one answer of
 * each step is held. The step that all others wait for never waits itself, so reading always goes on. At most `readsAtOnce`
 * requests for lines are out: the server holds those of live steps that write nothing, and a browser has six connections to
 * a server, for all of the page. When more steps are to be read than that, a request that is held is given up for the next
 * step; nothing is lost by it, as the token stays.
 */
import type { CairnClient, ExecutionStep, StepLogs } from '@cairn/sdk'
import type { LogEntry } from '../../components/log/log-store.ts'
import { type LogWriter, mergeByTime } from './merge-by-time.ts'

const readsAtOnce = 3
/** Milliseconds after which a live step that does not answer counts as having written nothing more. */
const patienceMs = 1_000
/** Milliseconds between two looks for steps that have started, as long as there are others. */
const lookMs = 2_000

/** What has to be known of a step to read its log. */
export type LoggedStep = Pick<ExecutionStep, 'name' | 'status' | 'startedAt'>

interface StepReader extends LogWriter {
  readonly step: string
  token: string | undefined
  isLive: boolean
  isDone: boolean
  /** Counts up over all steps; that of the last look at this one. */
  lookedAt: number
  request: LineRequest | null
}

interface LineRequest {
  readonly answer: Promise<StepLogs>
  readonly giveUp: () => void
}

const liveStatuses: readonly string[] = ['Pending', 'Queued', 'Running']

function readerOf({ name, status, startedAt }: LoggedStep): StepReader {
  return {
    step: name,
    token: undefined,
    isLive: liveStatuses.includes(status),
    isDone: false,
    lookedAt: 0,
    request: null,
    waiting: [],
    until: startedAt === null ? -Infinity : Date.parse(startedAt),
  }
}

/** Null when it takes longer. */
async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | null> {
  const { promise: isOver, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), ms)
  return Promise.race([promise, isOver]).finally(() => clearTimeout(timer))
}

export class RunLogReader {
  readonly #client: CairnClient
  readonly #workflowId: number
  readonly #runId: string
  readonly #leaving = new AbortController()
  readonly #readers = new Map<string, StepReader>()
  readonly #looks = new Map<StepReader, Promise<void>>()
  #lookForSteps: Promise<void> | null = null
  #hasUnstarted = false
  #lookCount = 0

  constructor(client: CairnClient, run: { readonly workflowId: number; readonly runId: string }) {
    this.#client = client
    this.#workflowId = run.workflowId
    this.#runId = run.runId
  }

  /** Gives lines in the order of their times, as far as they have come, until all steps have ended or `signal` aborts. */
  async read(
    steps: readonly LoggedStep[],
    signal: AbortSignal,
    give: (entries: readonly LogEntry[]) => void,
  ): Promise<void> {
    const leave = (): void => this.#leaving.abort(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave)
    try {
      this.#addStarted(steps)
      for (;;) {
        this.#startLooks()
        const turns = [...this.#looks.values(), ...(this.#lookForSteps === null ? [] : [this.#lookForSteps])]
        if (turns.length === 0) return
        await Promise.race(turns)
        this.#leaving.signal.throwIfAborted()
        give(mergeByTime([...this.#readers.values()]))
      }
    } finally {
      signal.removeEventListener('abort', leave)
      this.#leaving.abort()
    }
  }

  /** A step that has not started has written nothing, and a request for its lines would be held for nothing. */
  #addStarted(steps: readonly LoggedStep[]): void {
    this.#hasUnstarted = false
    for (const step of steps) {
      const hasStarted = step.startedAt !== null || !liveStatuses.includes(step.status)
      if (!hasStarted) this.#hasUnstarted = true
      else if (!this.#readers.has(step.name)) this.#readers.set(step.name, readerOf(step))
    }
  }

  #startLooks(): void {
    if (this.#hasUnstarted) this.#lookForSteps ??= this.#findStarted().finally(() => (this.#lookForSteps = null))
    const wanted = [...this.#readers.values()]
      .filter((reader) => !reader.isDone && reader.waiting.length === 0 && !this.#looks.has(reader))
      // First those that others wait for; of the rest that which was looked at longest ago.
      .toSorted((left, right) =>
        left.until === right.until ? left.lookedAt - right.lookedAt : left.until - right.until,
      )
    const free = readsAtOnce - this.#looks.size
    for (const reader of wanted.slice(free)) {
      reader.request?.giveUp()
      reader.request = null
    }
    for (const reader of wanted.slice(0, free)) {
      reader.lookedAt = this.#lookCount += 1
      this.#looks.set(
        reader,
        this.#look(reader).finally(() => this.#looks.delete(reader)),
      )
    }
  }

  /** Ends with the answer, or when the server holds it; then the next look waits on for the same. */
  async #look(reader: StepReader): Promise<void> {
    reader.request ??= this.#ask(reader)
    const { answer } = reader.request
    const found = reader.isLive ? await within(patienceMs, answer) : await answer
    if (found === null) {
      reader.until = Infinity
      return
    }
    reader.request = null
    const { logs, stepRunStatus, nextToken } = found
    const lines = logs ?? []
    reader.token = nextToken
    reader.isLive = stepRunStatus === 'Running'
    reader.isDone = lines.length === 0 && !reader.isLive
    reader.waiting = lines.map(({ message, timestamp }) => ({ text: message, at: timestamp, from: reader.step }))
    // The latest, not the last: times of a writer may go back, and what it gave must not wait for itself.
    const latest = lines.reduce((most, { timestamp }) => Math.max(most, timestamp), -Infinity)
    reader.until = lines.length === 0 ? Infinity : latest
  }

  #ask({ step, token }: StepReader): LineRequest {
    const leaving = new AbortController()
    const signal = AbortSignal.any([leaving.signal, this.#leaving.signal])
    const options = { stepName: step, nextToken: token, signal }
    return {
      answer: this.#client.workflows.getExecutionLogs(this.#workflowId, this.#runId, options),
      giveUp: () => leaving.abort(),
    }
  }

  async #findStarted(): Promise<void> {
    const { signal } = this.#leaving
    await pause(lookMs, signal)
    const { steps } = await this.#client.workflows.getExecutionDetails(this.#workflowId, this.#runId, { signal })
    this.#addStarted(steps)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', leave)
      resolve()
    }, ms)
    signal.addEventListener('abort', leave)
  })
}
