/** Who a request speaks for: the headers that secrets become. */
import { checkHttpHeader, type PlannedHttpStep } from '@cairn/domain'
import { type OAuthTokens, type TokenTransport } from './oauth-tokens.ts'

export type Authorisation =
  | {
      readonly kind: 'authorised'
      readonly headers: Readonly<Record<string, string>>
      /** Further texts that must not be seen. */
      readonly hidden: readonly string[]
      /** True when a token from an earlier request was used, which may have been revoked since. */
      readonly isReused: boolean
    }
  | { readonly kind: 'failed'; readonly reason: string; readonly isFinal: boolean }

export interface Credentials {
  readonly planned: PlannedHttpStep
  /** By the secret's name; every name of the plan is there. */
  readonly values: ReadonlyMap<string, string>
  readonly tenantId: string
}

/** The headers of `headers.secrets` and of `auth`. A token that was refused is asked for anew with `fresh`. */
export async function authoriseRequest(
  credentials: Credentials,
  tokens: OAuthTokens,
  transport: TokenTransport,
  options: { readonly fresh: boolean },
): Promise<Authorisation> {
  const own = secretHeaders(credentials)
  if (own.kind === 'failed') return own
  const { planned, values, tenantId } = credentials
  const valueOf = (name: string): string => values.get(name) ?? ''
  const { auth } = planned
  switch (auth.type) {
    case 'no-auth':
      return own
    case 'basic': {
      const pair = Buffer.from(`${auth.username}:${valueOf(auth.password)}`).toString('base64')
      return withHeader(own, { name: 'authorization', value: `Basic ${pair}`, hidden: [pair] })
    }
    case 'api-key':
      return withHeader(own, { name: 'x-api-key', value: valueOf(auth.apiKey), hidden: [] })
    case 'bearer-token':
      return withHeader(own, { name: 'authorization', value: `Bearer ${valueOf(auth.bearerToken)}`, hidden: [] })
    case 'oauth': {
      const client = {
        tenantId,
        authUrl: auth.authUrl,
        clientId: valueOf(auth.clientId),
        clientSecret: valueOf(auth.clientSecret),
      }
      const token = await tokens.get(client, transport, options)
      if (token.kind === 'failed') return token
      const headers = withHeader(own, {
        name: 'authorization',
        value: `Bearer ${token.accessToken}`,
        hidden: [token.accessToken],
      })
      return headers.kind === 'failed' ? headers : { ...headers, isReused: token.isReused }
    }
    default:
      return auth satisfies never
  }
}

type Authorised = Extract<Authorisation, { kind: 'authorised' }>

function secretHeaders({ planned, values }: Credentials): Authorisation {
  let headers: Authorisation = { kind: 'authorised', headers: {}, hidden: [], isReused: false }
  for (const [name, secret] of Object.entries(planned.secretHeaders)) {
    if (headers.kind === 'failed') return headers
    headers = withHeader(headers, { name, value: values.get(secret) ?? '', hidden: [] })
  }
  return headers
}

/** A value that no header can hold is told by the header's name. */
function withHeader(
  before: Authorised,
  header: { readonly name: string; readonly value: string; readonly hidden: readonly string[] },
): Authorisation {
  const rule = checkHttpHeader(header.name, header.value)
  if (rule !== null) return { kind: 'failed', reason: `the secret for header ${header.name} ${rule}`, isFinal: true }
  return {
    ...before,
    headers: { ...before.headers, [header.name]: header.value },
    hidden: [...before.hidden, ...header.hidden],
  }
}
