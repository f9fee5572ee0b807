/**
 * Checks and keeps passwords, which takes much of a core each.
 *
 * Always true: few are worked on at once, so that files and names, which share their threads, are not held up; beyond a queue
 * of `mostWaiting` nothing is taken on.
 */
import { CairnError } from '@cairn/contract'
import { hashPassword, isPassword, type Limiter, limitConcurrency } from '@cairn/domain'

export interface PasswordLimits {
  readonly atOnce: number
  readonly mostWaiting: number
}

export class PasswordWork {
  readonly #limit: Limiter
  readonly #most: number
  #open = 0

  constructor({ atOnce, mostWaiting }: PasswordLimits) {
    this.#limit = limitConcurrency(atOnce)
    this.#most = atOnce + mostWaiting
  }

  /** Whether nothing more is taken on just now. */
  get isFull(): boolean {
    return this.#open >= this.#most
  }

  /**
   * What is kept of a password.
   *
   * @throws {CairnError} `rate_limited` while it is full
   */
  hash(password: string): Promise<string> {
    return this.#take(() => hashPassword(password))
  }

  /**
   * Whether it is the password that was kept; takes as long where nothing is.
   *
   * @throws {CairnError} `rate_limited` while it is full
   */
  isPassword(password: string, kept: string | null): Promise<boolean> {
    return this.#take(() => isPassword(password, kept))
  }

  async #take<T>(work: () => Promise<T>): Promise<T> {
    if (this.isFull) throw tooMany(1)
    this.#open += 1
    try {
      return await this.#limit(work)
    } finally {
      this.#open -= 1
    }
  }
}

/** Passwords are checked too often. */
export function tooMany(retryAfterSeconds: number): CairnError {
  const message = `too many passwords are checked; try again in ${retryAfterSeconds} s`
  return new CairnError('rate_limited', message, { retryAfterSeconds })
}
