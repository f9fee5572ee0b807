import type { ServiceLimits } from '@cairn/contract'

export const noRequestLimits: ServiceLimits = {
  responseStartTimeoutSeconds: null,
  idleTimeoutSeconds: null,
  maxBodyBytes: null,
  maxConcurrentRequests: null,
  requestsPerSecond: null,
}

type LimitsChange = { readonly [Name in keyof ServiceLimits]?: ServiceLimits[Name] | undefined }

/** The limits after a change: what it does not name stays, null takes a limit back. null = none is left. */
export function changeRequestLimits(
  before: ServiceLimits | null,
  change: LimitsChange | undefined,
): ServiceLimits | null {
  const base = before ?? noRequestLimits
  const pick = <Name extends keyof ServiceLimits>(name: Name): ServiceLimits[Name] | null => {
    const wanted = change?.[name]
    return wanted === undefined ? base[name] : wanted
  }
  const after: ServiceLimits = {
    responseStartTimeoutSeconds: pick('responseStartTimeoutSeconds'),
    idleTimeoutSeconds: pick('idleTimeoutSeconds'),
    maxBodyBytes: pick('maxBodyBytes'),
    maxConcurrentRequests: pick('maxConcurrentRequests'),
    requestsPerSecond: pick('requestsPerSecond'),
  }
  return Object.values(after).every((limit) => limit === null) ? null : after
}
