import { Readable } from 'node:stream'
import { type BuildRequest, type Call, labelNames } from '@cairn/driver'
import type { Engine } from '../containers.ts'
import { BuildMessage, readShape } from '../engine-shapes.ts'
import type { BuilderEnd } from './builder-program.ts'
import { cpuPeriod } from './to-build-command.ts'
import { LineSplitter } from '../split-lines.ts'

/** The engine's classic builder. It has no secret mounts, and would keep the values of arguments in the image. */
export async function buildByApi(
  engine: Engine,
  request: BuildRequest,
  onLine: (line: string) => void,
  call: Call,
): Promise<BuilderEnd> {
  if (Object.keys(request.secrets).length > 0) {
    const reason =
      'this builder cannot keep secrets out of the image; install docker-buildx on the machine of the server'
    return { kind: 'failed', reason }
  }
  const upload = Readable.from(request.context, { objectMode: false })
  const answer = await engine.client.stream(
    { method: 'POST', path: '/build', query: toBuildQuery(request, engine.installation), upload },
    call,
  )
  const output = new LineSplitter()
  let failure: string | null = null
  try {
    for await (const message of readMessages(answer)) {
      for (const line of output.push(Buffer.from(message.stream ?? ''))) onLine(line)
      if (message.error !== undefined) failure = message.error
    }
  } catch (error) {
    throw engine.client.streamError(error, call)
  }
  for (const line of [...output.end(), ...(failure === null ? [] : [failure])]) onLine(line)
  return failure === null
    ? { kind: 'built', imageId: null, cleaned: Promise.resolve() }
    : { kind: 'failed', reason: failure }
}

/** Query of `POST /build`; intermediate containers are removed whatever happens. */
export function toBuildQuery(request: Omit<BuildRequest, 'context' | 'directory'>, installation: string) {
  return {
    t: request.tag,
    dockerfile: request.dockerfilePath,
    buildargs: request.buildArguments,
    labels: { ...request.labels, [labelNames.installation]: installation },
    nocache: !request.useCache,
    ...(request.limits.cpus !== null && {
      cpuperiod: cpuPeriod,
      cpuquota: Math.round(request.limits.cpus * cpuPeriod),
    }),
    ...(request.limits.memoryBytes !== null && {
      memory: request.limits.memoryBytes,
      memswap: request.limits.memoryBytes,
    }),
    rm: true,
    forcerm: true,
  }
}

async function* readMessages(answer: Readable): AsyncGenerator<BuildMessage> {
  const splitter = new LineSplitter()
  for await (const chunk of answer) {
    for (const line of splitter.push(Buffer.from(chunk))) {
      if (line.trim() !== '') yield readShape(BuildMessage, JSON.parse(line), 'build message')
    }
  }
}
