/** What becomes of one instance, given what the engine and the health check showed. */
import { describeInstanceExit, describeUnhealthy, portHint } from './describe-failure.ts'
import { isOverdue } from './instance-health.ts'
import {
  type HealthCheck,
  type InstanceEvidence,
  type InstanceState,
  type ObservedInstance,
  type StartFailure,
  serviceTiming as timing,
} from './service-state.ts'
import type { ServiceSpec } from './spec.ts'

/**
 * `keep`: as it now is. `start`: the engine has to start it. `ended`: it is of no more use and its container goes;
 * whether it is replaced is its revision's affair. `gone`: its container is confirmed absent.
 */
export type InstanceFate =
  | { readonly kind: 'keep'; readonly instance: InstanceState }
  | { readonly kind: 'start'; readonly instance: InstanceState }
  | { readonly kind: 'ended'; readonly instance: InstanceState; readonly reason: string }
  | { readonly kind: 'gone'; readonly instance: InstanceState }

export interface InstanceFacts {
  readonly observed: ObservedInstance | null
  readonly check: HealthCheck | null
  readonly startFailure: StartFailure | null
  readonly evidence: InstanceEvidence | null
  /** What its revision runs; null = nobody knows any more. */
  readonly spec: Pick<ServiceSpec, 'port' | 'resources'> | null
}

export function evolveInstance(now: number, instance: InstanceState, facts: InstanceFacts): InstanceFate {
  const { observed } = facts
  if (instance.status === 'stopping') return { kind: observed === null ? 'gone' : 'keep', instance }
  if (observed === null) {
    return wasSeenRunning(instance)
      ? { kind: 'ended', instance, reason: 'the container disappeared' }
      : awaitStart(now, instance, facts.startFailure)
  }
  if (observed.phase === 'created') return awaitStart(now, instance, facts.startFailure)
  if (observed.phase === 'exited') {
    const reason = describeInstanceExit(observed, facts.spec?.resources.memoryBytes ?? null)
    return { kind: 'ended', instance, reason }
  }
  // It gets the CPU back before it is judged again.
  if (observed.phase === 'frozen') return { kind: 'keep', instance: addressed(instance, observed) }
  return judgeRunning(now, instance, { ...facts, observed })
}

function wasSeenRunning(instance: InstanceState): boolean {
  return instance.readyAt !== null || instance.host !== null
}

function awaitStart(now: number, instance: InstanceState, failure: StartFailure | null): InstanceFate {
  if (failure === null) return { kind: now < instance.startAfter ? 'keep' : 'start', instance }
  const late = now - Math.max(instance.createdAt, instance.startAfter) >= timing.startDeadlineMs
  if (failure.permanent || late) return { kind: 'ended', instance, reason: failure.reason }
  return { kind: 'start', instance: { ...instance, reason: failure.reason } }
}

function judgeRunning(
  now: number,
  before: InstanceState,
  facts: InstanceFacts & { readonly observed: ObservedInstance },
): InstanceFate {
  const { observed, check } = facts
  const describe = (what: string, lastCheck: string): string =>
    describeUnhealthy(what, lastCheck, facts.spec?.port ?? null, facts.evidence)
  const instance = checked(now, addressed(before, observed), facts)
  if (instance.readyAt === null) {
    if (!isOverdue(now, before, observed)) return { kind: 'keep', instance }
    const why = check?.kind === 'unhealthy' ? check.reason : (firstLine(instance) ?? 'its port was never published')
    return { kind: 'ended', instance, reason: describe(`not healthy within ${timing.startDeadlineMs / 1000} s`, why) }
  }
  if (instance.failures < timing.failuresUntilReplaced) return { kind: 'keep', instance }
  const what = `${instance.failures} health checks in a row failed`
  return { kind: 'ended', instance, reason: describe(what, firstLine(instance) ?? 'no answer') }
}

function addressed(instance: InstanceState, observed: ObservedInstance): InstanceState {
  return { ...instance, host: observed.address?.host ?? null, port: observed.address?.port ?? null }
}

const firstLine = (instance: InstanceState): string | null => instance.reason?.split('\n')[0] ?? null

function checked(now: number, instance: InstanceState, facts: InstanceFacts): InstanceState {
  const { check, evidence, spec } = facts
  if (check === null) return instance
  if (check.kind === 'healthy') {
    // In a crash loop it is known for some time yet why those before it ended.
    const reason = instance.crashes < timing.crashLoopAt ? null : instance.reason
    return { ...instance, status: 'ready', failures: 0, reason, readyAt: instance.readyAt ?? now }
  }
  if (instance.readyAt === null) {
    // A replacement keeps saying why its predecessor ended; that is what its user has to know.
    if (instance.crashes > 0) return instance
    const hint = evidence === null || spec === null ? null : portHint(spec.port, evidence)
    if (hint !== null) return { ...instance, reason: `${check.reason}\n${hint}` }
    // A check without evidence that saw the same says nothing against what was found out before.
    return evidence === null && firstLine(instance) === check.reason ? instance : { ...instance, reason: check.reason }
  }
  const failures = instance.failures + 1
  const status = failures >= timing.failuresUntilUnready ? 'unready' : instance.status
  return { ...instance, failures, status, reason: check.reason }
}
