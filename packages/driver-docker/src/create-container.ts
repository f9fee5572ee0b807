/** Makes containers and takes back those that were never started. */
import { Readable } from 'node:stream'
import { type Call, DriverError, type HeldSpec, type WorkloadFiles } from '@cairn/driver'
import { type Engine, inspectContainer } from './containers.ts'
import { Created, readShape } from './engine-shapes.ts'

const notFound = 404
const conflict = 409

/** The new container's id, with the files of `spec` in it, or null when the name is taken. */
export async function createContainer(
  engine: Engine,
  spec: HeldSpec,
  body: object,
  call: Call,
): Promise<string | null> {
  const id = await createNamed(engine, spec.name, body, call)
  if (id !== null && spec.files !== null) await giveFiles(engine, id, spec.files, call)
  return id
}

/** The new container's id, or null when the name is taken. */
export async function createNamed(engine: Engine, name: string, body: object, call: Call): Promise<string | null> {
  const request = { method: 'POST', path: '/containers/create', query: { name }, body } as const
  return await engine.client.request({ ...request, accept: [conflict] }, call).then(
    (answer) => (answer.status === conflict ? null : readShape(Created, answer.body, 'created container').Id),
    (error: unknown) => {
      // Podman answers 500 to a taken name.
      if (error instanceof DriverError && /name .* is (already )?in use/i.test(error.message)) return null
      throw error
    },
  )
}

async function giveFiles(engine: Engine, id: string, files: WorkloadFiles, call: Call): Promise<void> {
  try {
    const inspect = await inspectContainer(engine, id, call)
    // The engine makes a missing working directory when it creates the container, and gives files to its user.
    const path = inspect?.Config.WorkingDir ?? ''
    const query = { path: path === '' ? '/' : path, copyUIDGID: 'true' }
    await upload(engine, { path: `/containers/${id}/archive`, query }, files, call)
  } catch (error) {
    await removeUnstarted(engine, id, call)
    throw error
  }
}

/** A source that fails ends the call, which would wait for the rest. */
async function upload(
  engine: Engine,
  to: { readonly path: string; readonly query: Readonly<Record<string, string>> },
  files: WorkloadFiles,
  call: Call,
): Promise<void> {
  const over = new AbortController()
  const source = Readable.from(files.open(), { objectMode: false })
  let failure: DriverError | null = null
  source.once('error', (cause) => {
    failure = new DriverError('invalid_spec', `files: ${cause.message}`, { cause })
    over.abort()
  })
  try {
    const signal = AbortSignal.any([call.signal, over.signal])
    await engine.client.request({ method: 'PUT', ...to, upload: source }, { signal })
  } catch (error) {
    throw failure ?? error
  } finally {
    source.destroy()
  }
}

/** Refused by the engine once the container runs, which is no error here. */
export async function removeUnstarted(engine: Engine, id: string, call: Call): Promise<void> {
  const request = { method: 'DELETE', path: `/containers/${id}`, query: { v: true } } as const
  await engine.client.request({ ...request, accept: [notFound, conflict] }, call)
}
