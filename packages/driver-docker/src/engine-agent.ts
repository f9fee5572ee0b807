import { Agent } from 'node:http'
import { inspect } from 'node:util'

/**
 * Connections to the engine that are kept.
 *
 * It is described by its name alone: dockerode describes the options of every request in full, hidden properties too and
 * whether or not anybody debugs it, and the agent is one of them. With tens of connections under way that took a
 * tenth of a second of processor time per request, and more than the lease of an engine process in all.
 */
export class EngineAgent extends Agent {
  constructor() {
    super({ keepAlive: true })
  }

  readonly [inspect.custom] = (): string => 'EngineAgent'
}
