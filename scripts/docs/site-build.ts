import { join } from 'node:path'
import { buildWhenChanged, root } from '../site/build-when-changed.ts'

/**
 * Builds the documentation site when its sources changed.
 *
 * @returns whether it was built anew.
 * @throws Error with what VitePress said, dead links for example; the site of before stays.
 */
export function buildSite(): Promise<boolean> {
  return buildWhenChanged({
    name: 'the documentation',
    directory: join(root, 'docs/.vitepress/dist'),
    sources: [
      'docs/**/*.md',
      'docs/.vitepress/*.ts',
      'docs/.vitepress/theme/**',
      'docs/public/**',
      'bench/README.md',
      'scripts/docs/slug.ts',
      'node_modules/vitepress/package.json',
    ],
    argv: (directory) => [
      join(root, 'node_modules/vitepress/bin/vitepress.js'),
      'build',
      'docs',
      '--outDir',
      directory,
    ],
    inspect: async () => undefined,
  })
}
