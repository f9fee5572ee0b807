import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Tabs } from './tabs.tsx'

const tabs = [
  { id: 'graph', label: 'Graph' },
  { id: 'log', label: 'Whole log' },
]
/** So many rows of tabs with one name on one page. */
function drawn(rows: number): string {
  const row = { name: 'Of the run', tabs, selected: 'log', onSelect: () => undefined, children: 'lines' }
  const keys = Array.from({ length: rows }, (_, key) => key)
  return renderToStaticMarkup(createElement('div', null, ...keys.map((key) => createElement(Tabs, { key, ...row }))))
}
const valueOf = (html: string, tag: RegExp, attribute: string): string =>
  new RegExp(` ${attribute}="([^"]*)"`).exec(tag.exec(html)?.[0] ?? '')?.[1] ?? `no ${attribute}`

it('names the panel by its tab, and the tab leads to the panel, whatever the tabs are called', () => {
  const html = drawn(1)
  const tab = /<button[^>]*aria-selected="true"[^>]*>/
  const panel = /<div[^>]*role="tabpanel"[^>]*>/
  expect(valueOf(html, panel, 'aria-labelledby')).toBe(valueOf(html, tab, 'id'))
  expect(valueOf(html, tab, 'aria-controls')).toBe(valueOf(html, panel, 'id'))
  expect(valueOf(html, tab, 'id')).not.toMatch(/\s/)
})

it('gives ids of their own to two rows of tabs with one name', () => {
  const ids = [...drawn(2).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
  expect(ids).toHaveLength(6)
  expect(new Set(ids).size).toBe(6)
})
