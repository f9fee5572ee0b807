/**
 * Bounds the attempts under way to one receiver.
 *
 * Always true: at most `most` are inside for a receiver. Those that find it full are given times that are spread as the
 * receiver lets others in, so that a thousand that wait for one that hangs do not ask all the time.
 */
interface Queue {
  inside: number
  /** Epoch ms of the latest time that was given out. */
  givenUntil: number
  averageMs: number
}

const longestWaitMs = 60_000
const shortestWaitMs = 100

export class ReceiverGate {
  readonly #most: number
  readonly #queues = new Map<string, Queue>()

  constructor(most: number) {
    this.#most = most
  }

  /** 0 = inside, until {@link leave}; else the milliseconds after which to ask again. */
  enter(receiver: string, now: number): number {
    const queue = this.#queues.get(receiver) ?? { inside: 0, givenUntil: now, averageMs: 1000 }
    this.#queues.set(receiver, queue)
    if (queue.inside < this.#most) {
      queue.inside += 1
      return 0
    }
    queue.givenUntil = Math.min(Math.max(queue.givenUntil, now) + queue.averageMs / this.#most, now + longestWaitMs)
    return Math.max(queue.givenUntil - now, shortestWaitMs)
  }

  /** @param elapsedMs how long the attempt took */
  leave(receiver: string, elapsedMs: number): void {
    const queue = this.#queues.get(receiver)
    if (queue === undefined) return
    queue.inside -= 1
    queue.averageMs += (elapsedMs - queue.averageMs) / 4
    if (queue.inside === 0) this.#queues.delete(receiver)
  }
}
