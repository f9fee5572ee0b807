/**
 * The way of a browser to the provider of identities and back. It is answered with redirects, and with a page where it ends.
 *
 * Always true: a session is opened only for a browser that started the sign-in itself, and it is sent to a path of this host.
 */
import { escapeHtml, type Scheme, schemeOf, sessionCookies } from '@cairn/domain'
import { admitProviderUser, ensureTenant, type ProviderUser } from '@cairn/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiContext } from '../context.ts'
import { createRateLimiter, refuseIfMany } from '../http/rate-limit.ts'
import { answerPage, simplePage } from '../http/simple-page.ts'
import { addressKey } from '../sign-in/address-key.ts'
import { sessionSeconds } from '../sign-in/sign-in-checker.ts'
import { refusedIdentity, signedIn } from '../sign-in/sign-in-events.ts'
import { callbackPath, type IdentityProvider, type ProvenIdentity } from './identity-provider.ts'
import { sealProviderToken } from './sign-out-address.ts'
import { forgetSignIn, keepSignIn, pathHere, readSignIn } from './started-cookie.ts'

/** Path that starts a sign-in; `path` as a query says where it ends. */
export const oidcStartPath = '/auth/oidc/start'

interface Parts {
  readonly context: ApiContext
  readonly provider: IdentityProvider
  readonly scheme: Scheme
}

/** Serves both paths. */
export function serveOidc(app: FastifyInstance, context: ApiContext, provider: IdentityProvider): void {
  const parts = { context, provider, scheme: schemeOf(context.publicUrl) }
  const limiter = createRateLimiter(context.limits.signIns.byAddress, context.clock)
  const count = (request: FastifyRequest): void => {
    request.facts.operationId = 'signInByProvider'
    refuseIfMany(limiter.take(addressKey(request.ip)), 'too many sign-ins')
  }
  app.get<{ Querystring: { path?: unknown } }>(oidcStartPath, async (request, reply) => {
    count(request)
    const { path } = request.query
    return sendToProvider(parts, typeof path === 'string' ? path : null, reply)
  })
  app.get(callbackPath, async (request, reply) => {
    count(request)
    return takeBack(parts, request, reply)
  })
}

async function sendToProvider(
  { context, provider, scheme }: Parts,
  path: string | null,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    const { url, started } = await provider.start()
    const cookie = keepSignIn({ started, path: pathHere(path, context.publicUrl) }, scheme)
    return await reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect(url, 302)
  } catch (error) {
    context.logger.warn({ err: error }, 'the provider of identities cannot be reached')
    return refuse(reply, 502, `${provider.name} does not answer. Try again, or sign in another way.`)
  }
}

async function takeBack(parts: Parts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { context, provider, scheme } = parts
  const kept = readSignIn(request.headers.cookie, scheme)
  void reply.header('cache-control', 'no-store').header('set-cookie', forgetSignIn(scheme))
  if (kept === null)
    return refuse(reply, 400, 'This browser has not started a sign-in, or ten minutes ago. Start again.')
  const query = request.url.split('?')[1] ?? ''
  let identity: ProvenIdentity
  try {
    identity = await provider.finish(query, kept.started)
  } catch (error) {
    context.logger.info({ err: error }, 'a sign-in by the provider of identities failed')
    return refuse(reply, 401, `${provider.name} did not sign you in. Start again.`)
  }
  const place = { address: request.ip, requestId: request.id }
  const opened = await open(parts, identity, place)
  if (typeof opened === 'string') return refuse(reply, 403, opened)
  void reply.header('set-cookie', [...sessionCookies(opened.secret, scheme, sessionSeconds)])
  return reply.redirect(pathHere(kept.path, context.publicUrl), 302)
}

/** The session of who was proven, or why there is none. */
async function open(
  { context, provider }: Parts,
  identity: ProvenIdentity,
  place: { readonly address: string; readonly requestId: string },
): Promise<{ readonly secret: string } | string> {
  const { auditLog, database, signIns } = context
  if (provider.givesRoles && identity.role === null) return `${provider.name} gives you no role here. Ask an admin.`
  const { tenantId, user } = await database.transaction(async (tx) => {
    const id = await ensureTenant(tx, provider.tenantName)
    return { tenantId: id, user: await admitProviderUser(tx, id, identity, identity.role) }
  })
  if (user.kind !== 'known') return wordsOf(user)
  const providerToken = sealProviderToken(context.secretCipher, tenantId, identity.idToken)
  const opened = user.isDisabled ? null : await signIns.open({ userId: user.userId, tokenId: null }, providerToken)
  if (opened === null) {
    await auditLog.record(refusedIdentity({ tenantId, ...user }, place))
    return 'You are disabled here. Ask an admin.'
  }
  await auditLog.record(signedIn('createSession', opened.holder, place))
  return opened
}

function wordsOf({ kind }: Exclude<ProviderUser, { kind: 'known' }>): string {
  return kind === 'taken'
    ? 'The user of your e-mail is somebody else there. Ask an admin.'
    : 'Nobody has invited you, or your e-mail has not been checked. Ask an admin.'
}

function refuse(reply: FastifyReply, status: number, words: string): FastifyReply {
  return answerPage(
    reply,
    status,
    simplePage('You are not signed in', `<p>${escapeHtml(words)}</p><p><a href="/">Go back</a></p>`),
  )
}
