import fastify, { type FastifyInstance } from 'fastify'

const prefix = '/api-docs'

/** The page may load nothing from elsewhere, and stands in no other page: a browser that is signed in tries calls on it. */
const contentSecurityPolicy =
  "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'"

/**
 * The reference page and the document that it shows. The page's parts (40 MB of memory, 0.7 s) are loaded when it is
 * first asked for.
 */
export function serveDocs(app: FastifyInstance, openApiDocument: () => object): void {
  let page: Promise<FastifyInstance> | null = null
  app.addHook('onClose', async () => (await page)?.close())
  app.get(`${prefix}/openapi.json`, async (request) => {
    request.facts.operationId = 'apiDocs'
    return openApiDocument()
  })
  for (const url of [prefix, `${prefix}/*`]) {
    app.get(url, async (request, reply) => {
      request.facts.operationId = 'apiDocs'
      page ??= loadPage()
      const docs = await page
      reply.hijack()
      docs.routing(request.raw, reply.raw)
    })
  }
}

async function loadPage(): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  const page = fastify()
  page.addHook('onRequest', async (_request, reply) => {
    void reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })
  await page.register(scalar, {
    routePrefix: prefix,
    configuration: {
      url: `${prefix}/openapi.json`,
      pageTitle: 'Cairn API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  })
  await page.ready()
  return page
}
