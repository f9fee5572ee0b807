/**
 * Everybody who waits for a log, in one wait.
 *
 * Always true: the process has at most one look under way. A look asks for the marks of all followed logs in one query, and
 * only followers whose mark has changed read, a few at a time; so hundreds of them cost one connection while nothing is
 * written, and a few while something is. A look follows each hint, at once when the last one is a pause ago, and comes by
 * itself each second, as hints may be lost.
 *
 * A follower first has no mark: after it was given one it reads once more, for what came between. It leaves with what it
 * read last when that is worth an answer, when its time is over, when its client has left and when the server stops.
 */
import { type Db, type FollowedLog, type Hints, type LogPage, readLogMarks } from '@cairn/store'

export interface LogState<State> {
  readonly state: State
  /** Whether more lines may come. */
  readonly isLive: boolean
  readonly page: LogPage
}

export interface AskedLog extends FollowedLog {
  /** false = who asks takes what there is now. */
  readonly waits: boolean
}

export interface LogFollowersOptions {
  readonly db: Db
  readonly hints: Hints
  /** Milliseconds for which an answer without lines is held back. */
  readonly longestWaitMs: number
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal
}

interface Follower {
  readonly log: FollowedLog
  mark: string | null
  /** Reads, and leaves if that is worth an answer. Never rejects. */
  readonly look: () => Promise<void>
}

/** Followers that read at a time. */
const readersAtOnce = 4
const lookEveryMs = 1000
/** From the end of a look to the next one at least, so that a busy log is not looked at for each of its chunks. */
const leastPauseMs = 20

export class LogFollowers {
  readonly #options: LogFollowersOptions
  readonly #followers = new Set<Follower>()
  #unsubscribe: (() => void) | null = null
  #next: { readonly timer: NodeJS.Timeout; readonly dueAt: number } | null = null
  #isLooking = false
  #isAskedAgain = false
  /** By the monotonic clock. */
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(options: LogFollowersOptions) {
    this.#options = options
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#followers.size
  }

  /**
   * Reads, and for who waits reads again until there are lines, the log has ended, or the longest wait is over.
   *
   * @throws what `read` throws
   */
  async follow<State>(
    log: AskedLog,
    gone: AbortSignal,
    read: () => Promise<LogState<State>>,
  ): Promise<LogState<State>> {
    const first = await read()
    const isLeft = !log.waits || gone.aborted || this.#options.stopping.aborted
    return isAnswer(first) || isLeft ? first : this.#wait({ log, gone, read }, first)
  }

  #wait<State>(
    { log, gone, read }: { log: FollowedLog; gone: AbortSignal; read: () => Promise<LogState<State>> },
    first: LogState<State>,
  ): Promise<LogState<State>> {
    return new Promise((resolve, reject) => {
      let found = first
      const leaving = [gone, this.#options.stopping]
      const leave = (): void => {
        clearTimeout(timer)
        for (const signal of leaving) signal.removeEventListener('abort', leave)
        this.#remove(follower)
        resolve(found)
      }
      const follower: Follower = {
        log,
        mark: null,
        look: async () => {
          try {
            found = await read()
            if (isAnswer(found)) leave()
          } catch (error) {
            reject(error)
            leave()
          }
        },
      }
      const timer = setTimeout(leave, this.#options.longestWaitMs)
      for (const signal of leaving) signal.addEventListener('abort', leave, { once: true })
      this.#add(follower)
    })
  }

  #add(follower: Follower): void {
    this.#followers.add(follower)
    this.#unsubscribe ??= this.#options.hints.subscribe('log', () => this.#lookIn(0))
    this.#lookIn(0)
  }

  #remove(follower: Follower): void {
    this.#followers.delete(follower)
    if (this.#followers.size > 0) return
    this.#unsubscribe?.()
    this.#unsubscribe = null
    if (this.#next !== null) clearTimeout(this.#next.timer)
    this.#next = null
  }

  /** A look under way may have missed what is asked for; then another one follows it. */
  #lookIn(delayMs: number): void {
    if (this.#isLooking) {
      this.#isAskedAgain = true
      return
    }
    const now = performance.now()
    const dueAt = Math.max(now + delayMs, this.#lookedAt + leastPauseMs)
    if (this.#next !== null && this.#next.dueAt <= dueAt) return
    if (this.#next !== null) clearTimeout(this.#next.timer)
    this.#next = { dueAt, timer: setTimeout(() => void this.#look(), dueAt - now) }
  }

  async #look(): Promise<void> {
    this.#next = null
    this.#isLooking = true
    this.#isAskedAgain = false
    // A database that is away is no answer: followers are told by their time, and by their own next request.
    await this.#wakeChanged().catch(() => undefined)
    this.#isLooking = false
    this.#lookedAt = performance.now()
    if (this.#followers.size > 0) this.#lookIn(this.#isAskedAgain ? 0 : lookEveryMs)
  }

  async #wakeChanged(): Promise<void> {
    const followers = [...this.#followers]
    const logs = new Map(followers.map(({ log }) => [log.stream, log]))
    const marks = await readLogMarks(this.#options.db, [...logs.values()])
    const markOf = new Map([...logs.keys()].map((stream, index) => [stream, marks[index] ?? '']))
    const changed = followers.filter((follower) => follower.mark !== markOf.get(follower.log.stream))[Symbol.iterator]()
    const readInTurn = async (): Promise<void> => {
      for (const follower of changed) {
        follower.mark = markOf.get(follower.log.stream) ?? null
        if (this.#followers.has(follower)) await follower.look()
      }
    }
    await Promise.all(Array.from({ length: readersAtOnce }, readInTurn))
  }
}

function isAnswer({ page, isLive }: LogState<unknown>): boolean {
  return page.lines.length > 0 || !isLive
}
