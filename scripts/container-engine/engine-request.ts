/** One request to a Docker-compatible engine by its host (`unix:///path` or `tcp://host:port`), without a client library. */
import { request } from 'node:http'

export interface EngineAnswer {
  readonly status: number
  readonly body: string
}

/** @param json sent as the body; null = there is none */
export function engineRequest(
  dockerHost: string,
  method: 'GET' | 'DELETE' | 'POST',
  path: string,
  json: object | null = null,
): Promise<EngineAnswer> {
  const url = new URL(dockerHost)
  const target = url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port }
  const headers = { host: 'engine', ...(json === null ? {} : { 'content-type': 'application/json' }) }
  return new Promise((resolve, reject) => {
    const call = request({ ...target, method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      response.on('error', reject)
    })
    call.on('error', reject)
    call.end(json === null ? undefined : JSON.stringify(json))
  })
}
