import { posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

/** Pages are plain Markdown, as code hosts show it: `{{name}}` is text, and not an expression of the site's. */
export function readPlainMarkdown(markdown: MarkdownRenderer): void {
  const { rules, utils } = { rules: markdown.renderer.rules, utils: markdown.utils }
  rules.code_inline = (tokens, index) => `<code v-pre>${utils.escapeHtml(tokens[index]?.content ?? '')}</code>`
  rules.text = (tokens, index) => utils.escapeHtml(tokens[index]?.content ?? '').replaceAll('{{', '&#123;&#123;')
  nameLinksOutOfDocs(markdown)
}

/** What a link of a page leads to when that is outside of docs/, as a path from the root of the sources; else null. */
function targetOutOfDocs(href: string | null, page: string): string | null {
  if (href === null || /^[a-z]+:|^[/#]/.test(href)) return null
  const path = posix.join('docs', posix.dirname(page), href)
  return path.startsWith('docs/') ? null : path
}

/**
 * A link that leaves docs/ leads nowhere on the site: its target is named instead, as a path in the sources.
 * `scripts/docs/check-links.ts` sees to it that the file is there.
 */
function nameLinksOutOfDocs(markdown: MarkdownRenderer): void {
  markdown.core.ruler.after('inline', 'links-out-of-docs', ({ tokens, env }) => {
    for (const { children } of tokens) {
      let path: string | null = null
      for (const token of children ?? []) {
        const href = token.type === 'link_open' ? token.attrGet('href') : null
        // Not a page of the site: neither below its base, nor a matter of its router.
        if (href?.startsWith('/api-docs')) token.attrSet('target', '_self')
        const target = targetOutOfDocs(href, env.relativePath)
        if (target !== null) {
          path = target
          Object.assign(token, { type: 'text', tag: '', nesting: 0, content: '' })
        } else if (token.type === 'link_close' && path !== null) {
          Object.assign(token, { type: 'text', tag: '', nesting: 0, content: ` (${path} in the sources)` })
          path = null
        }
      }
    }
  })
}
