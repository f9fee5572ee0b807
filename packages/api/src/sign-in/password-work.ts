/**
 * Checks and keeps passwords, which takes much of a core each.
 *
 * Always true: few are worked on at once, so that files and names, which share their threads, are not held up; beyond a queue
 * of `mostWaiting` nothing is taken on.
 */
import { hashPassword, isPassword, type Limiter, limitConcurrency } from '@cairn/domain'

export interface PasswordLimits {
  readonly atOnce: number
  readonly mostWaiting: number
}

/** Nothing more is taken on just now. */
export const full = Symbol('full')
export type Full = typeof full

export class PasswordWork {
  readonly #limit: Limiter
  readonly #most: number
  #open = 0

  constructor({ atOnce, mostWaiting }: PasswordLimits) {
    this.#limit = limitConcurrency(atOnce)
    this.#most = atOnce + mostWaiting
  }

  /** What is kept of a password. */
  hash(password: string): Promise<string | Full> {
    return this.#take(() => hashPassword(password))
  }

  /** Whether it is the password that was kept; takes as long where nothing is. */
  isPassword(password: string, kept: string | null): Promise<boolean | Full> {
    return this.#take(() => isPassword(password, kept))
  }

  async #take<T>(work: () => Promise<T>): Promise<T | Full> {
    if (this.#open >= this.#most) return full
    this.#open += 1
    try {
      return await this.#limit(work)
    } finally {
      this.#open -= 1
    }
  }
}
