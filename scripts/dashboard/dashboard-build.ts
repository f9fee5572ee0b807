import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildWhenChanged, root } from '../site/build-when-changed.ts'

const folder = join(root, 'apps/dashboard')

/** Of what the first load brings: the page, and the scripts and styles that stand in it. */
const mostGzippedBytes = 250_000

/** Vite of the dashboard: VitePress and Vitest bring others. */
function viteProgram(): string {
  const packageFile = createRequire(join(folder, 'package.json')).resolve('vite/package.json')
  return join(dirname(packageFile), 'bin/vite.js')
}

async function refuseHeavy(directory: string): Promise<void> {
  const page = await readFile(join(directory, 'index.html'), 'utf8')
  const names = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name = '']) => name)
  const contents = await Promise.all(names.map((name) => readFile(join(directory, name))))
  const bytes = [Buffer.from(page), ...contents].reduce((sum, content) => sum + gzipSync(content).length, 0)
  if (bytes > mostGzippedBytes) {
    throw new Error(
      `the first load of the dashboard is ${bytes} bytes when gzipped, more than ${mostGzippedBytes}: load something of it later`,
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
      'apps/dashboard/src/**/*.*',
      'apps/dashboard/*.{html,json,ts}',
      'apps/dashboard/public/**/*.*',
      'packages/{contract,sdk}/src/**/*.ts',
      'package-lock.json',
    ],
    argv: (directory) => [viteProgram(), 'build', folder, '--outDir', directory],
    inspect: refuseHeavy,
  })
}
