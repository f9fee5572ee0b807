/** A request to an instance of a service, sent by the platform itself and not by a visitor. */
export interface ServiceCall {
  /** The caller's; a service of another tenant is as good as none. */
  readonly tenantId: string
  readonly serviceId: string
  readonly method: string
  /** Path with query; begins with `/`. Only ever a path: the host is always the instance's. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export type ServiceReply =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Uint8Array }
  /** No instance serves, it did not answer in time, or it answered too much; the reason is for the user. */
  | { readonly kind: 'unavailable'; readonly reason: string }

/** Reaches services past the gateway's sign-in. */
export interface ServiceCaller {
  /** Calls a ready instance; redirects are answered, not followed. Rejects only when `signal` aborts. */
  call(call: ServiceCall, options: { readonly signal: AbortSignal }): Promise<ServiceReply>
}
