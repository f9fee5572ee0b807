import { DriverError } from '@cairn/driver'

/** Where an engine listens. */
export type EngineHost =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly hostname: string; readonly port: number }

const plainDockerPort = 2375

/**
 * Reads a `DOCKER_HOST` value: `unix:///run/docker.sock`, `/run/docker.sock`, `tcp://127.0.0.1:2375` or `http://…`.
 * Throws `invalid_spec` for anything else. Published ports are sought on the loopback interface of this machine, so an
 * engine behind TCP has to be on this machine too.
 */
export function parseEngineHost(text: string): EngineHost {
  if (text.startsWith('/')) return { kind: 'socket', path: text }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'unix:' && url.pathname !== '') return { kind: 'socket', path: url.pathname }
  if ((url?.protocol === 'tcp:' || url?.protocol === 'http:') && url.hostname !== '') {
    return { kind: 'tcp', hostname: url.hostname, port: url.port === '' ? plainDockerPort : Number(url.port) }
  }
  throw new DriverError(
    'invalid_spec',
    `the engine host ${JSON.stringify(text)} is none that Cairn reaches; use unix:///path/to/docker.sock or tcp://host:port`,
  )
}

/** The form that the `docker` and `podman` clients take. */
export function formatEngineHost(host: EngineHost): string {
  return host.kind === 'socket' ? `unix://${host.path}` : `tcp://${host.hostname}:${host.port}`
}
