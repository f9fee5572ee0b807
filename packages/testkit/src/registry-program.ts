import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const programName = 'docker-registry'
const stateDirectory = join(import.meta.dirname, '../../../.cairn')
/** Unpacked and not installed: the installed package would start a registry of its own for the whole machine. */
const unpacked = join(stateDirectory, 'registry')

/**
 * Path of a stock registry: the machine's own, else that of Debian's package, which is unpacked below `.cairn` once.
 *
 * @throws when the machine has no `apt-get`, or it does not know the package
 */
export async function findRegistryProgram(): Promise<string> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), join(unpacked, 'usr/bin')]
  for (const place of places) {
    const program = join(place, programName)
    if (await exists(program)) return program
  }
  await unpackPackage().catch((cause: unknown) => {
    const what = `these tests need the program ${programName}, which Debian's package of the same name has`
    throw new Error(`${what}; it could not be unpacked here`, { cause })
  })
  return join(unpacked, 'usr/bin', programName)
}

async function unpackPackage(): Promise<void> {
  await mkdir(stateDirectory, { recursive: true })
  const directory = await mkdtemp(join(stateDirectory, 'registry-'))
  try {
    const download = () => run('apt-get', ['download', '-qq', programName], { cwd: directory })
    await download().catch(async () => {
      await run('apt-get', ['update', '-qq'])
      await download()
    })
    const [file = ''] = await readdir(directory)
    const root = join(directory, 'root')
    await run('dpkg-deb', ['-x', join(directory, file), root])
    // Whoever comes second finds the first one's in the way, which is as good.
    await rename(root, unpacked).catch(() => undefined)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
