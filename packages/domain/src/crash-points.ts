/**
 * Named places at which the crash suite ends the process, for example `execution.flushed`. The product passes
 * {@link noCrashPoints}; only tests pass one that kills.
 */
export interface CrashPoints {
  reach(name: string): void
}

export const noCrashPoints: CrashPoints = { reach: () => undefined }
