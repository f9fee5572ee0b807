import type { Call, EngineDriver } from '@cairn/driver'

/** Networks that this process made or found, or is about to: each is asked for once, not by every step at a time. */
export class StepNetworks {
  readonly #driver: EngineDriver
  readonly #ensured = new Map<string, Promise<void>>()

  constructor(driver: EngineDriver) {
    this.#driver = driver
  }

  async ensure(name: string, call: Call): Promise<void> {
    let ensured = this.#ensured.get(name)
    if (ensured === undefined) {
      ensured = this.#driver.ensureNetwork(name, call)
      this.#ensured.set(name, ensured)
      ensured.catch(() => this.#ensured.delete(name))
    }
    await ensured
  }

  /** It may have been removed: the next who needs it asks. */
  forget(name: string): void {
    this.#ensured.delete(name)
  }
}
