/** A real provider of identities on loopback. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { Provider } from 'oidc-provider'

/** Who is at the keyboard. */
export interface Person {
  readonly id: string
  readonly email: string
  readonly isChecked: boolean
  readonly groups: readonly string[]
}

export const clientId = 'cairn'
export const clientSecret = 'the secret of the client'

export interface ProviderServer {
  readonly issuer: string
  readonly close: () => void
}

export interface ProviderServerOptions {
  /** Where its client is; read when the first request comes. */
  readonly publicUrl: () => string
  readonly findPerson: (id: string) => Person
  /** Who signs in at once; null = who the page of the provider is told. */
  readonly whoIsThere: () => string | null
  /** Whether it can be told to end a session. */
  readonly endsSessions: boolean
}

const page = (body: string): string => `<!doctype html><meta charset="utf-8"><title>Example</title>${body}`
const askWho = page('<form method="post"><label>User <input name="user"></label><button>Sign in</button></form>')
const button = '<button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>'

export async function startProviderServer(options: ProviderServerOptions): Promise<ProviderServer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  let provider: Provider | null = null
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    provider ??= createProvider(issuer, options)
    if (request.url?.startsWith('/interaction/') !== true) return provider.callback()(request, response)
    const user = options.whoIsThere() ?? (request.method === 'POST' ? userOf(await text(request)) : null)
    if (user === null) return void response.writeHead(200, { 'content-type': 'text/html' }).end(askWho)
    await provider.interactionFinished(request, response, { login: { accountId: user } })
  }
  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  return {
    issuer,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const userOf = (form: string): string => new URLSearchParams(form).get('user') ?? ''

function createProvider(issuer: string, { publicUrl, findPerson, endsSessions }: ProviderServerOptions): Provider {
  const url = publicUrl()
  return new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${url}/auth/oidc/callback`],
        post_logout_redirect_uris: [`${url}/`],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: endsSessions,
        logoutSource: (context, form) => {
          context.body = page(form + button)
        },
      },
    },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => {
        const { email, isChecked, groups } = findPerson(accountId)
        return { sub: accountId, email, email_verified: isChecked, name: 'Ann', groups: [...groups] }
      },
    }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const { session, client, provider } = oidc
      const grant = new provider.Grant({
        ...(session?.accountId !== undefined && { accountId: session.accountId }),
        ...(client !== undefined && { clientId: client.clientId }),
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
    cookies: { keys: ['for tests'] },
  })
}
