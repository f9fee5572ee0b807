import type { Setting } from './setting-kinds.ts'
import { settings } from './settings.ts'

/** docs/config.md: a row for each setting. */
export function settingsPage(): string {
  const rows = Object.values<Setting<unknown>>(settings).map(
    ({ name, default: value, unit, doc, isSecret }) =>
      `| \`${name}\` | ${value === 'none' ? '' : `\`${value}\``} | ${unit ?? ''} | ${doc}${isSecret ? ' Secret.' : ''} |`,
  )
  return `# Settings of the server

Environment variables, read once at the start. An empty one counts as absent; one that breaks its rule ends the start with
a message that names it. Written by \`npm run generate\`; do not edit.

| variable | default | unit | what it does |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
