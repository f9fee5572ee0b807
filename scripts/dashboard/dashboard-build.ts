import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildWhenChanged, root } from '../site/build-when-changed.ts'

const folder = join(root, 'apps/dashboard')

/** Of everything that the first load brings. */
const mostGzippedBytes = 250_000

/** Vite of the dashboard: VitePress and Vitest bring others. */
function viteProgram(): string {
  const packageFile = createRequire(join(folder, 'package.json')).resolve('vite/package.json')
  return join(dirname(packageFile), 'bin/vite.js')
}

async function refuseHeavy(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))))
  const bytes = contents.reduce((sum, content) => sum + gzipSync(content).length, 0)
  if (bytes > mostGzippedBytes) {
    throw new Error(
      `the dashboard is ${bytes} bytes when gzipped, more than ${mostGzippedBytes}: split or drop something`,
    )
  }
}

/**
 * Builds the dashboard when its sources changed, into apps/dashboard/dist.
 *
 * @returns whether it was built anew.
 * @throws Error with what Vite said, or when it grew over what a first load may weigh; the one of before stays.
 */
export function buildDashboard(): Promise<boolean> {
  return buildWhenChanged({
    name: 'the dashboard',
    directory: join(folder, 'dist'),
    sources: [
      'apps/dashboard/src/**',
      'apps/dashboard/*.{html,json,ts}',
      'packages/{contract,sdk}/src/**/*.ts',
      'package-lock.json',
    ],
    argv: (directory) => [viteProgram(), 'build', folder, '--outDir', directory],
    inspect: refuseHeavy,
  })
}
