import { type Clock, createStepCounter, noSecretMask, type SecretMask, type StepCounts } from '@cairn/domain'
import type { LogWriter } from '@cairn/store'
import { createLineMask } from '../execution/container/mask-lines.ts'

/** The log of one attempt, as users read it. */
export interface BuildLog {
  /** Adds a line; never fails and never waits. */
  readonly line: (text: string) => void
  /** Adds a line of the builder's, without secrets. Never fails and never waits, so it can be handed to a builder. */
  readonly output: (text: string) => void
  /** From now on secrets are taken out of all that is added. */
  readonly hide: (mask: SecretMask) => void
  /** Of what the builder has said so far. */
  readonly counts: () => StepCounts
  /** Resolves when everything is durable; rejects with the signal's reason when it aborts before. */
  close(signal: AbortSignal): Promise<void>
}

/** Of BuildKit: the digest of each step, which means nothing to a reader. */
const digestLine = /^#\d+ sha256:[0-9a-f]{64}\s*$/

/** @param maxLength UTF-16 units; what a build prints beyond is dropped, and the log says so */
export function createBuildLog(writer: LogWriter, clock: Clock, maxLength: number): BuildLog {
  const counter = createStepCounter()
  let mask = noSecretMask
  let lines = createLineMask(mask)
  let length = 0
  let isCut = false

  function store(text: string): void {
    // Failures are the writer's to repeat; what it could not store in the end, `close` tells.
    writer.write({ at: clock.now(), text }).catch(() => undefined)
  }

  function add(text: string): void {
    length += text.length
    if (length <= maxLength) {
      store(text)
    } else if (!isCut) {
      isCut = true
      store(`[the log is longer than ${maxLength} characters; the rest of it is not kept]`)
    }
  }

  return {
    line: (text) => add(mask.mask(text)),
    output(text) {
      counter.read(text)
      if (digestLine.test(text)) return
      for (const line of lines.push({ at: new Date(clock.now()), stream: 'stdout', text })) add(line.text)
    },
    hide(secrets) {
      mask = secrets
      lines = createLineMask(secrets)
    },
    counts: () => counter.counts(),
    async close(signal) {
      for (const line of lines.end()) add(line.text)
      await writer.close(signal)
    },
  }
}
