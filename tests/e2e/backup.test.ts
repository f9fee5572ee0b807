/** An installation is backed up while it runs, and a server that is started on the restored copy has everything. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { createClient } from '@cairn/sdk'
import { zipFolder } from '@cairn/sdk/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCairn } from './run-cairn.ts'
import { createServerProcess, ServerProcess } from './server-process.ts'

const run = promisify(execFile)

let folder: string
let backups: string
let server: ServerProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-e2e-backup-'))
  // The restored database runs as another user, which has to get to its directory.
  await chmod(folder, 0o711)
  backups = join(folder, 'backups')
  server = await createServerProcess({ CAIRN_BACKUP_DIRECTORY: backups, CAIRN_BACKUP_SCHEDULE: '0 0 1 1 *' })
  await server.start()
})
afterAll(async () => {
  await server.dispose()
  await rm(folder, { recursive: true, force: true })
})

const cairn = (...args: string[]) => runCairn(args, { folder, server, env: {}, stdin: '' })

it('goes on from a backup that the command line asked for, after everything else is lost', async () => {
  await expect.poll(() => server.client.system.listBackups().all(), { timeout: 20_000 }).toHaveLength(1)
  await server.client.system.waitForBackup(1)
  await mkdir(join(folder, 'model'))
  await writeFile(join(folder, 'model/train.py'), 'print("trained")\n')
  const archive = await zipFolder(join(folder, 'model'))
  const { id } = await server.client.artifacts.createArtifact({ name: 'model' }, archive)
  await server.client.secrets.createSecret('KEY', 'kept safe')

  const made = await cairn('system', 'backup', '--wait', '-o', 'json')
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const { file, proof } = JSON.parse(made.stdout)
  expect(proof).toMatchObject({ status: 'proven', objects: 1 })
  expect((await readdir(backups)).toSorted()).toHaveLength(2)
  const doctor = await cairn('doctor')
  expect(doctor.stdout).toContain('and could be restored')

  await server.stop()
  await rm(server.dataDirectory, { recursive: true })
  const restored = join(folder, 'restored')
  await run(process.execPath, ['apps/server/src/restore.ts', join(backups, file), restored])
  const { port, dockerHost, token } = server
  server = new ServerProcess({ port, dockerHost, dataDirectory: restored }, {})
  await server.start()
  const client = createClient({ baseUrl: server.baseUrl, token })
  expect((await client.secrets.listSecrets().all()).map(({ name }) => name)).toEqual(['KEY'])
  const { stream } = await client.artifacts.downloadArtifact(id)
  expect((await buffer(stream)).includes('train.py')).toBe(true)
  const [own] = await client.system.listBackups().all()
  expect(own).toMatchObject({ id: 2, startedBy: 'request' })
})

it('refuses a file that is no backup with one sentence, and writes nothing', async () => {
  const target = join(folder, 'nothing')
  const refused = await run(process.execPath, [
    'apps/server/src/restore.ts',
    join(folder, 'model/train.py'),
    target,
  ]).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^DamagedBackupError: .*\n$/) })
  await expect(readdir(target)).rejects.toThrow('ENOENT')
})
