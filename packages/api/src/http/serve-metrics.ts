import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

/** Prometheus text. Open to whoever reaches the server: it holds counts and times, no names of tenants or resources. */
export function serveMetrics(app: FastifyInstance, metrics: Registry): void {
  app.get('/metrics', async (request, reply) => {
    request.facts.operationId = 'metrics'
    return reply.type(metrics.contentType).send(await metrics.metrics())
  })
}
