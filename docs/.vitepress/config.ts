/** The documentation site: built by `npm run docs` into .vitepress/dist, served by the server under /docs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { slugOf } from '../../scripts/docs/slug.ts'
import { readPlainMarkdown } from './plain-markdown.ts'

const root = join(import.meta.dirname, '..')

type Page = readonly [text: string, link: string]

/** Pages of a section; one that is not there yet has no entry. */
function section(text: string, pages: readonly Page[], collapsed = false): DefaultTheme.SidebarItem {
  const items = pages
    .filter(([, link]) => existsSync(join(root, `${link}.md`)))
    .map(([title, link]) => ({ text: title, link: `/${link}` }))
  return { text, items, collapsed }
}

const decisions: readonly Page[] = [
  ['Run events are the record', 'decisions/0001-run-events-are-the-record'],
  ['One fencing row per engine', 'decisions/0002-one-fencing-row-per-engine-process'],
  ['Archive is a package', 'decisions/0003-archive-is-a-package'],
  ['Loopback ports', 'decisions/0004-loopback-ports-for-services'],
  ['A stop is a mark', 'decisions/0005-a-stop-is-a-mark-on-the-run'],
  ['What steps wait for', 'decisions/0006-what-steps-wait-for'],
  ['Git in a bare repository', 'decisions/0007-git-in-a-bare-repository'],
  ['Starts are held', 'decisions/0008-starts-are-held'],
  ['Secrets of builds', 'decisions/0009-secrets-of-builds-are-mounts'],
  ['Two tiers of sleep', 'decisions/0011-two-tiers-of-sleep'],
  ['Pushes follow builds', 'decisions/0012-pushes-follow-builds'],
  ['Starts share transactions', 'decisions/0013-starts-share-transactions'],
  ['Plain requests', 'decisions/0014-plain-requests-pass-node-by'],
  ['Instances drain', 'decisions/0015-instances-drain-for-what-is-open'],
  ['Domains are proven', 'decisions/0016-domains-are-proven-by-a-record'],
  ['Files say what there is to be', 'decisions/0017-files-say-what-there-is-to-be'],
  ['Roles', 'decisions/0018-roles-are-one-line-and-one-table'],
  ['Screens have addresses', 'decisions/0021-screens-have-addresses'],
  ['Dry runs', 'decisions/0022-a-dry-run-is-the-operation-rolled-back'],
  ['Named calls', 'decisions/0023-calls-are-named-by-their-callers'],
  ['Build clients', 'decisions/0024-build-clients-start-from-a-small-process'],
]

const sidebar: DefaultTheme.SidebarItem[] = [
  section('Start', [
    ['In five minutes', 'start'],
    ['Concepts', 'concepts'],
    ['Moving from Peak', 'moving-from-peak'],
  ]),
  section('Guides', [
    ['Artifacts', 'guides/artifacts'],
    ['Images', 'guides/images'],
    ['Workflows', 'guides/workflows'],
    ['Services', 'guides/services'],
    ['Secrets', 'guides/secrets'],
    ['Queries and exports', 'guides/queries'],
    ['Triggers and watchers', 'guides/triggers'],
    ['Tenants and users', 'guides/tenants'],
  ]),
  section('In depth', [
    ['How runs flow: the truth table', 'workflows'],
    ['Triggers', 'triggers'],
    ['Watchers', 'watchers'],
    ['Images and builds', 'images'],
    ['Artifacts', 'artifacts'],
    ['Services', 'services'],
    ['Secrets', 'secrets'],
    ['Warehouses, exports, git', 'warehouse'],
  ]),
  section('Reference', [
    ['API', 'api'],
    ['TypeScript SDK', 'sdk'],
    ['SDK, every method', 'sdk-reference'],
    ['Dashboard', 'dashboard'],
    ['Command line', 'cli'],
    ['Commands', 'cli-reference'],
    ['Settings', 'config'],
    ['Errors', 'errors'],
    ['Compatibility', 'compatibility'],
  ]),
  section('Run it', [
    ['Operations', 'operations'],
    ['People and roles', 'people'],
    ['Security model', 'security'],
    ['The promise', 'promise'],
  ]),
  section('How it is made', [
    ['Architecture', 'architecture'],
    ['Dependencies', 'dependencies'],
    ['Figures', 'figures'],
  ]),
  section('Decisions', decisions, true),
]

export default defineConfig({
  title: 'Cairn',
  description: 'A self-hosted platform for artifacts, images, workflows and services',
  base: '/docs/',
  lang: 'en-GB',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/docs/cairn.svg' }]],
  metaChunk: true,
  outDir: join(import.meta.dirname, 'dist'),
  cacheDir: join(import.meta.dirname, 'cache'),
  markdown: {
    html: false,
    linkify: false,
    anchor: { slugify: slugOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: readPlainMarkdown,
  },
  themeConfig: {
    logo: '/cairn.svg',
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'API', link: '/api' },
    ],
    sidebar,
    footer: { message: 'Apache-2.0. Cairn is not affiliated with Peak.' },
  },
})
