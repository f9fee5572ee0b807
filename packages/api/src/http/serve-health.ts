import type { FastifyInstance } from 'fastify'

/** A part without which the server is not ready. */
export interface ReadinessProbe {
  readonly name: string
  /** null = ready; else what is missing, in words for the operator. Rejecting counts as missing. */
  check(signal: AbortSignal): Promise<string | null>
}

const probeMs = 2000

/** `/healthz`: the process is alive. `/readyz`: every part answers; 503 names those that do not. */
export function serveHealth(app: FastifyInstance, probes: readonly ReadinessProbe[]): void {
  app.get('/healthz', async (request) => {
    request.facts.operationId = 'healthz'
    return { status: 'alive' }
  })
  app.get('/readyz', async (request, reply) => {
    request.facts.operationId = 'readyz'
    const checks = Object.fromEntries(await Promise.all(probes.map(async (probe) => [probe.name, await run(probe)])))
    const isReady = Object.values(checks).every((state) => state === 'ready')
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks })
  })
}

async function run(probe: ReadinessProbe): Promise<string> {
  const signal = AbortSignal.timeout(probeMs)
  const late = new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve(`did not answer within ${probeMs} ms`), { once: true })
  })
  try {
    return (await Promise.race([probe.check(signal), late])) ?? 'ready'
  } catch (error) {
    return error instanceof Error ? error.message : 'failed'
  }
}
