import { LoopStopping } from '../reconcile/run-pass.ts'

/** A stop lets the attempt end, for a while; a lost lease ends it at once. */
export function signalOfAttempt(pass: AbortSignal, drainMs: number): AbortSignal {
  const attempt = new AbortController()
  const onAbort = (): void => {
    if (pass.reason instanceof LoopStopping) setTimeout(() => attempt.abort(pass.reason), drainMs).unref()
    else attempt.abort(pass.reason)
  }
  if (pass.aborted) onAbort()
  else pass.addEventListener('abort', onAbort, { once: true })
  return attempt.signal
}
