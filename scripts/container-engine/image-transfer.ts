/** Bringing an image onto the engine: from a registry, or from a tar of a file system. */
import { createReadStream } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'

export interface ImageName {
  readonly repository: string
  readonly tag: string
}

/** A registry that has sent nothing by then is taken for unreachable. */
const firstAnswerWithinMs = 8_000
const pullWithinMs = 300_000
const importWithinMs = 120_000

/** Why the image could not be pulled, or null when it is there now. Takes at most 8 s where no registry answers. */
export async function pullImage(dockerHost: string, image: ImageName): Promise<string | null> {
  const query = new URLSearchParams({ fromImage: image.repository, tag: image.tag })
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), firstAnswerWithinMs)
  try {
    const signal = AbortSignal.any([patience.signal, AbortSignal.timeout(pullWithinMs)])
    const response = await post(dockerHost, `/images/create?${query}`, null, signal)
    let text = ''
    for await (const chunk of response) {
      text += String(chunk)
      if (text.includes('"progressDetail"')) clearTimeout(timer)
    }
    return failureIn(response.statusCode ?? 0, text)
  } catch (error) {
    return patience.signal.aborted ? 'no registry answered' : String(error)
  } finally {
    clearTimeout(timer)
  }
}

/** Makes an image of a file system's tar; throws what the engine says when it does not take it. */
export async function importImage(dockerHost: string, image: ImageName, tarFile: string): Promise<void> {
  const query = new URLSearchParams({ fromSrc: '-', repo: image.repository, tag: image.tag })
  for (const change of ['CMD ["bash"]', 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']) {
    query.append('changes', change)
  }
  const signal = AbortSignal.timeout(importWithinMs)
  const response = await post(dockerHost, `/images/create?${query}`, tarFile, signal)
  let text = ''
  for await (const chunk of response) text += String(chunk)
  const failure = failureIn(response.statusCode ?? 0, text)
  if (failure !== null) throw new Error(`the engine did not import ${tarFile}: ${failure}`)
}

async function post(
  dockerHost: string,
  path: string,
  file: string | null,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(dockerHost)
  const target = url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port }
  const headers = { host: 'engine', 'content-type': 'application/x-tar' }
  const call = request({ ...target, method: 'POST', path, signal, headers })
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve)
    call.once('error', reject)
  })
  if (file === null) call.end()
  else await Promise.all([pipeline(createReadStream(file), call), response])
  return await response
}

/** The engine answers 200 and tells of a failure inside its messages, or another status with one message. */
function failureIn(status: number, text: string): string | null {
  const inside = /"(?:error|message)":\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.replaceAll('\\"', '"')
  const hasFailed = status >= 300 || text.includes('"error"')
  return hasFailed ? (inside ?? `status ${status}`) : null
}
