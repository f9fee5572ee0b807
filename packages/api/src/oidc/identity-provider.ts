/**
 * A provider of identities that speaks OpenID Connect, with the authorization code flow.
 *
 * Always true: an identity comes out only for an answer with the state, the nonce and the PKCE verifier of the sign-in that
 * this browser started, and of a signed ID token of this issuer for this client. An e-mail counts only where the
 * provider says that it has checked it.
 */
import type { ProviderIdentity } from '@cairn/store'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { type RoleRules, roleOfClaims } from './role-of-claims.ts'
import type { Role } from '@cairn/contract'

export interface IdentityProviderOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** For people; shown on the button. */
  readonly name: string
  /** Name of the tenant whose users sign in by it. */
  readonly tenantName: string
  /** null = it gives no roles: only who was invited signs in. */
  readonly roles: RoleRules | null
  /** Begins the address that the provider sends browsers back to. */
  readonly publicUrl: string
}

/** What a browser keeps while its user is at the provider. */
export interface StartedSignIn {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface ProvenIdentity extends ProviderIdentity {
  /** null = the provider gives none. */
  readonly role: Role | null
  /** By which the provider knows the sign-in. */
  readonly idToken: string
}

export interface IdentityProvider {
  readonly name: string
  readonly tenantName: string
  /** True = who has no role by the provider is refused, also if they had one before. */
  readonly givesRoles: boolean
  /** Where the browser goes, and what it keeps. Rejects when the provider cannot be reached. */
  start(): Promise<{ readonly url: string; readonly started: StartedSignIn }>
  /**
   * @param query of the address that the browser came back to
   * Rejects when the answer proves nothing.
   */
  finish(query: string, started: StartedSignIn): Promise<ProvenIdentity>
  /**
   * Where a browser signs out there, and comes back to the start page; null = the provider has no such address. Rejects when
   * it cannot be reached.
   *
   * @param idToken of the sign-in that is to end; null = it is not known any more
   */
  signOutAddress(idToken: string | null): Promise<string | null>
}

/** Path that the provider sends browsers back to. */
export const callbackPath = '/auth/oidc/callback'

const answerSeconds = 10
/** A longer ID token is left out of an address, which servers take only so long of. */
const longestHint = 4096

export function createIdentityProvider(options: IdentityProviderOptions): IdentityProvider {
  const { name, tenantName, publicUrl, roles } = options
  const redirectUri = new URL(callbackPath, publicUrl).href
  const configuration = keepingSuccess(() => discover(options))
  return {
    name,
    tenantName,
    givesRoles: roles !== null,
    start: async () => {
      const started = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() }
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        code_challenge: await calculatePKCECodeChallenge(started.verifier),
        code_challenge_method: 'S256',
        state: started.state,
        nonce: started.nonce,
      })
      return { url: url.href, started }
    },
    finish: async (query, { state, nonce, verifier }) => {
      const config = await configuration()
      const tokens = await authorizationCodeGrant(config, new URL(`${redirectUri}?${query}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      const proven = tokens.claims()
      if (proven === undefined || tokens.id_token === undefined) throw new Error('the provider gave no ID token')
      // Many providers tell e-mail and groups only there.
      const hasMore = config.serverMetadata().userinfo_endpoint !== undefined
      const more = hasMore ? await fetchUserInfo(config, tokens.access_token, proven.sub) : {}
      return { ...identityOf(proven.iss, proven.sub, { ...proven, ...more }, roles), idToken: tokens.id_token }
    },
    signOutAddress: async (idToken) => {
      const config = await configuration()
      if (config.serverMetadata().end_session_endpoint === undefined) return null
      return buildEndSessionUrl(config, {
        post_logout_redirect_uri: new URL('/', publicUrl).href,
        ...(idToken !== null && idToken.length <= longestHint && { id_token_hint: idToken }),
      }).href
    },
  }
}

function discover({ issuer, clientId, clientSecret }: IdentityProviderOptions): Promise<Configuration> {
  const address = new URL(issuer)
  const isPlain = address.protocol === 'http:'
  return discovery(address, clientId, clientSecret, undefined, {
    timeout: answerSeconds,
    ...(isPlain && { execute: [allowInsecureRequests] }),
  })
}

/** What was read once is kept; what failed is tried again. */
function keepingSuccess<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = null
      throw error
    })
    return reading
  }
}

function identityOf(
  issuer: string,
  subject: string,
  claims: Readonly<Record<string, unknown>>,
  roles: RoleRules | null,
): Omit<ProvenIdentity, 'idToken'> {
  const textOf = (claim: string): string | null => {
    const value = claims[claim]
    return typeof value === 'string' && value !== '' && value.length <= 320 ? value : null
  }
  return {
    issuer,
    subject,
    email: claims['email_verified'] === true ? textOf('email') : null,
    name: textOf('name'),
    role: roles === null ? null : roleOfClaims(claims, roles),
  }
}
