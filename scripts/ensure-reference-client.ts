/** Installs the reference client `peak-sdk` from PyPI into its own environment under the state directory. */
import { execFile } from 'node:child_process'
import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const version = '1.29.0'

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function hasClient(python: string): Promise<boolean> {
  const probe = `import importlib.metadata as m; assert m.version("peak-sdk") == "${version}"`
  return run(python, ['-c', probe]).then(
    () => true,
    () => false,
  )
}

async function createEnvironment(directory: string, say: (line: string) => void): Promise<void> {
  const create = (): Promise<unknown> => run('python3', ['-m', 'venv', directory])
  try {
    await create()
  } catch (error) {
    if (process.getuid?.() !== 0) {
      throw new Error('python3 with venv is needed for the compatibility tests: install python3-venv', { cause: error })
    }
    say('installing python3 and python3-venv')
    await rm(directory, { recursive: true, force: true })
    await run('apt-get', ['update', '-qq'])
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3', 'python3-venv', 'python3-pip'])
    await create()
  }
}

/**
 * @returns the path of a Python that can import `peak` {@link version}.
 * @throws Error when there is no python3 and it cannot be installed.
 */
export async function ensureReferenceClient(options: {
  stateDirectory: string
  say: (line: string) => void
}): Promise<string> {
  const directory = join(options.stateDirectory, 'reference-client')
  const python = join(directory, 'bin', 'python')
  if ((await exists(python)) && (await hasClient(python))) return python
  options.say(`installing peak-sdk ${version} for the compatibility tests`)
  await rm(directory, { recursive: true, force: true })
  await createEnvironment(directory, options.say)
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `peak-sdk==${version}`])
  return python
}
