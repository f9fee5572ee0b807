/** What a {@link createProgramSpawner} and its process tell each other. Both are of one version: they start together. */
import type { ProgramEnd, ProgramRun } from './run-program.ts'

/** `run` starts a program under a number that is never used again; `abort` ends it. */
export type SpawnerRequest =
  | { readonly kind: 'run'; readonly id: number; readonly run: SentRun }
  | { readonly kind: 'abort'; readonly id: number }

export type SentRun = Pick<ProgramRun, 'program' | 'args' | 'env'>

/** `ended` is the last of its number. */
export type SpawnerAnswer =
  | { readonly kind: 'lines'; readonly id: number; readonly lines: readonly string[] }
  | { readonly kind: 'ended'; readonly id: number; readonly end: ProgramEnd }

export function isSpawnerRequest(message: unknown): message is SpawnerRequest {
  return isNumbered(message, ['run', 'abort'])
}

export function isSpawnerAnswer(message: unknown): message is SpawnerAnswer {
  return isNumbered(message, ['lines', 'ended'])
}

function isNumbered(message: unknown, kinds: readonly string[]): boolean {
  if (typeof message !== 'object' || message === null || !('kind' in message) || !('id' in message)) return false
  return typeof message.id === 'number' && typeof message.kind === 'string' && kinds.includes(message.kind)
}
