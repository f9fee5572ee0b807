import { waitUnlessStopped } from './keep-lease.ts'

/** Wakes one sleeper early. Rings while nobody sleeps count for the next sleep, as one. */
export class Doorbell {
  #rung = new AbortController()

  ring(): void {
    this.#rung.abort()
  }

  /** Sleeps for `ms`, until a ring, or until one of `ends` aborts. */
  async wait(ms: number, ends: readonly AbortSignal[]): Promise<void> {
    await waitUnlessStopped(ms, [...ends, this.#rung.signal])
    if (this.#rung.signal.aborted) this.#rung = new AbortController()
  }
}
