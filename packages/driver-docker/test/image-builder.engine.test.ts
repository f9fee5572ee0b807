import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildRequest, DriverError } from '@cairn/driver'
import { silentLogger, testDockerHost, testProgramEnvironment } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildByApi } from '../src/build/build-by-api.ts'
import { createEngine } from '../src/containers.ts'
import { createEngineClient } from '../src/engine-client.ts'
import { ContainerList, readShape } from '../src/engine-shapes.ts'
import { parseEngineHost } from '../src/engine-host.ts'
import { createDockerDriver, createDockerImageBuilder } from '../src/index.ts'
import { baseImage, contextOf } from './open-engine.ts'

const dockerHost = testDockerHost()
const installation = `build${process.pid}`
const tag = `cairn/${installation}/3:7`
const call = () => ({ signal: AbortSignal.timeout(50_000) })
const driver = createDockerDriver({ installation, dockerHost, logger: silentLogger })
const engine = createEngine(createEngineClient(parseEngineHost(dockerHost)), installation)
let temporaryDirectory = ''

function createBuilder(host = dockerHost) {
  const env = testProgramEnvironment()
  return createDockerImageBuilder({ installation, dockerHost: host, env, temporaryDirectory })
}

function request(dockerfile: string, changes: Partial<BuildRequest> = {}): BuildRequest {
  return {
    tag,
    labels: { 'dev.cairn.test': 'yes' },
    context: contextOf({ 'docker/Dockerfile': dockerfile, 'app/main.txt': 'the app' }),
    directory: null,
    dockerfilePath: 'docker/Dockerfile',
    needsBuildKit: false,
    buildArguments: {},
    secrets: {},
    useCache: false,
    limits: { cpus: null, memoryBytes: null },
    ...changes,
  }
}

async function build(dockerfile: string, changes: Partial<BuildRequest> = {}) {
  const lines: string[] = []
  const result = await createBuilder().build(request(dockerfile, changes), (line) => lines.push(line), call())
  return { result, log: lines.join('\n') }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'no error',
    (reason: unknown) => reason,
  )
  return error instanceof DriverError ? error.code : String(error)
}

describe('image builder', () => {
  beforeAll(async () => {
    temporaryDirectory = await mkdtemp(join(tmpdir(), 'cairn-builds-'))
  })
  afterEach(async () => {
    // A tag that moves on leaves its image behind without a name.
    const query = { filters: { label: [`dev.cairn.installation=${installation}`] } }
    const { body } = await engine.client.request({ method: 'GET', path: '/images/json', query }, call())
    for (const { Id } of readShape(ContainerList, body, 'images')) await driver.removeImage(Id, call())
  })
  afterAll(() => rm(temporaryDirectory, { recursive: true }))

  it('builds from a Dockerfile in a folder, with arguments and labels, and tells of the image', async () => {
    const dockerfile = `FROM ${baseImage}\nARG GREETING\nWORKDIR /srv/app\nCOPY app .\nRUN echo "says $GREETING" && cat main.txt\nEXPOSE 8080\n`
    const { result, log } = await build(dockerfile, { buildArguments: { GREETING: `it's "so" $HOME; \`x\`` } })
    expect(log).toContain(`says it's "so" $HOME; \`x\``)
    expect(log).toContain('the app')
    expect(result).toMatchObject({
      kind: 'built',
      image: { exposedTcpPorts: [8080], workingDirectory: '/srv/app', id: expect.stringMatching(/^sha256:/) },
    })
    expect(await driver.inspectImage(tag, call())).toEqual(result.kind === 'built' ? result.image : null)
    const [own, ...others] = await driver.listImages(call())
    expect([own?.tags, others]).toEqual([[tag], []])
    expect(result.kind === 'built' && own?.id === result.image.id && result.image.layers.length > 1).toBe(true)
  })

  it('removes an image that a look at it has left a container of', async () => {
    await build(`FROM ${baseImage}\nLABEL looked=at\n`)
    const labels = { 'dev.cairn.installation': installation, 'dev.cairn.kind': 'look' }
    const body = { Image: tag, Cmd: ['x'], Labels: labels }
    await engine.client.request({ method: 'POST', path: '/containers/create', body }, call())
    await driver.removeImage(tag, call())
    expect(await driver.inspectImage(tag, call())).toBeNull()
  })

  it('gives a secret as a mount, and keeps it out of the log and of the image’s history', async () => {
    const dockerfile = `FROM ${baseImage}\nARG TOKEN\nRUN --mount=type=secret,id=TOKEN test "$(cat /run/secrets/TOKEN)" = 'hush hush' && test -z "$TOKEN" && echo matched\n`
    const { result, log } = await build(dockerfile, { secrets: { TOKEN: 'hush hush' } })
    expect(result.kind).toBe('built')
    expect(log).toContain('matched')
    const { body } = await engine.client.request({ method: 'GET', path: `/images/${tag}/history` }, call())
    expect(JSON.stringify(body)).toContain('/run/secrets/TOKEN')
    expect(`${log}${JSON.stringify(body)}`).not.toContain('hush"')
  })

  it('runs the steps again when the cache is not to be used', async () => {
    const dockerfile = `FROM ${baseImage}\nRUN cat /proc/sys/kernel/random/uuid\n`
    const ids = []
    for (const useCache of [true, true, false]) {
      const { result } = await build(`${dockerfile}RUN cat /proc/uptime > /uptime\n`, { useCache })
      ids.push(result.kind === 'built' ? result.image.id : result.reason)
    }
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('keeps limits by the classic builder, but for a Dockerfile that needs BuildKit', async () => {
    const readLimit =
      'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max'
    const limits = { cpus: 0.5, memoryBytes: 256 * 1024 ** 2 }
    const kept = await build(`FROM ${baseImage}\nRUN echo "[$(${readLimit})]"\n`, { limits })
    expect(kept.result.kind).toBe('built')
    expect(kept.log).toContain(`[${limits.memoryBytes}]`)
    const dockerfile = `FROM ${baseImage}\nRUN --mount=type=tmpfs,target=/t echo mounted\n`
    const left = await build(dockerfile, { limits, needsBuildKit: true })
    expect(left.result.kind).toBe('built')
    expect(left.log).toContain('not limited')
  })

  it('tells why a Dockerfile failed', async () => {
    const failed = await build(`FROM ${baseImage}\nRUN echo about to fail && exit 9\n`)
    expect(failed.log).toContain('about to fail')
    expect(failed.result).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/exit code: 9|exit 9/) })
    const broken = await build(`FROM ${baseImage}\nNONSENSE\n`)
    expect(broken.result).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/unknown instruction/i) })
    const absent = await build('', { dockerfilePath: 'nowhere/Dockerfile' })
    expect(absent.result).toMatchObject({ kind: 'failed' })
  })

  it('stops with the caller and leaves no image', async () => {
    const controller = new AbortController()
    const onLine = (line: string): void => {
      if (/begun\s*$/.test(line)) controller.abort()
    }
    const work = createBuilder().build(
      request(`FROM ${baseImage}\nRUN echo begun && sleep 60\n`, { useCache: false }),
      onLine,
      {
        signal: controller.signal,
      },
    )
    expect(await codeOf(work)).toBe('timeout')
    expect(await driver.inspectImage(tag, call())).toBeNull()
  })

  it('throws what the context throws, and unavailable when no engine answers', async () => {
    const broken = async function* broken(): AsyncGenerator<Uint8Array> {
      yield* contextOf({ Dockerfile: 'FROM scratch' })
      throw new Error('the archive broke')
    }
    expect(await codeOf(build('', { context: broken() }))).toBe('Error: the archive broke')
    const nobody = createBuilder('unix:///nonexistent/engine.sock')
    expect(await codeOf(nobody.build(request('FROM scratch'), () => undefined, call()))).toBe('unavailable')
  })

  it('says which builder it is', async () => {
    expect(await createBuilder().describe(call())).toMatch(/^(BuildKit|Podman|classic builder)/)
  })

  it('builds with the engine’s classic builder too', async () => {
    const lines: string[] = []
    const onLine = (line: string) => lines.push(line)
    const ok = request(`FROM ${baseImage}\nARG A\nRUN echo "got $A"\n`, { buildArguments: { A: '1' } })
    expect(await buildByApi(engine, ok, onLine, call())).toMatchObject({ kind: 'built', imageId: null })
    expect(lines).toContain('got 1')
    expect(await driver.inspectImage(tag, call())).not.toBeNull()
    expect(await buildByApi(engine, request('FROM x', { secrets: { A: 'hush' } }), onLine, call())).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('cannot keep secrets out of the image'),
    })
    const failing = request(`FROM ${baseImage}\nRUN exit 9\n`)
    expect(await buildByApi(engine, failing, onLine, call())).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('non-zero code: 9'),
    })
  })

  it('builds from a directory, with the text of another Dockerfile, and ignores no list of the user’s', async () => {
    const path = await mkdtemp(join(tmpdir(), 'cairn-context-'))
    try {
      await writeFile(join(path, 'Dockerfile'), 'NONSENSE')
      await writeFile(join(path, '.dockerignore'), '*')
      await writeFile(join(path, 'main.txt'), 'the app')
      // A step from the cache of an earlier run would print nothing.
      const head = `FROM ${baseImage}\nENV RUN_OF_TEST=${crypto.randomUUID()}\nARG TOKEN\n`
      const dockerfile = `${head}COPY . /srv\nRUN --mount=type=secret,id=TOKEN cat /srv/main.txt /run/secrets/TOKEN | wc -c\n`
      const directory = { path, dockerfile }
      const { result, log } = await build('', { directory, secrets: { TOKEN: 'hush' }, useCache: true })
      expect([result.kind, log]).toEqual(['built', expect.stringContaining(' 11')])
    } finally {
      await rm(path, { recursive: true })
    }
  })

  it('leaves no file behind, whatever happened', async () => {
    await build(`FROM ${baseImage}\nRUN false\n`, { secrets: { TOKEN: 'hush' } })
    await build(`FROM ${baseImage}\n`, { secrets: { TOKEN: 'hush' } })
    expect(await readdir(temporaryDirectory)).toEqual([])
  })

  it('removes no image of another installation', async () => {
    expect(await codeOf(driver.removeImage(baseImage, call()))).toBe('denied')
  })
})
