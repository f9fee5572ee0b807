/** A notification in words. Whatever comes from users is text: never markup, never a header. */
import type { WatcherEvent } from '@cairn/contract'
import { escapeHtml } from '../escape-html.ts'
import type { NotificationFacts } from './notification-facts.ts'

export interface Message {
  /** One line without control characters, e.g. `nightly failed`. */
  readonly title: string
  /** E.g. `[Cairn] nightly failed`. */
  readonly subject: string
  readonly text: string
  readonly html: string
}

export function composeMessage(facts: NotificationFacts, event: WatcherEvent): Message {
  const title = oneLine(titleOf(facts, event))
  const rows = rowsOf(facts, event)
  return {
    title,
    subject: `[Cairn] ${title}`,
    text: `${title}\n\n${rows.map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${facts.url}\n`,
    html: htmlOf(title, rows, facts.url),
  }
}

function titleOf(facts: NotificationFacts, event: WatcherEvent): string {
  const name = facts.workflowName
  switch (event) {
    case 'success':
      return `${name} succeeded`
    case 'fail':
      return `${name} failed`
    case 'recovered':
      return `${name} recovered`
    case 'runtimeExceeded':
      return `${name} runs longer than ${facts.minutes ?? 0} min`
    case 'missed':
      return `${name} did not start`
    case 'test':
      return `test of a watcher of ${name}`
    default:
      return event satisfies never
  }
}

type Row = readonly [name: string, value: string]

function rowsOf(facts: NotificationFacts, event: WatcherEvent): Row[] {
  const rows: readonly (readonly [string, string | null])[] = [
    ['Workflow', `${facts.workflowName} (${facts.workflowId})`],
    ['Run', facts.executionId],
    ['Status', facts.status],
    ['Reason', event === 'test' ? 'somebody asked for this test; nothing has happened' : facts.reason],
    ['Due', facts.scheduledAt],
    ['Started', facts.startedAt],
    ['Ended', facts.finishedAt],
    ['Tenant', facts.tenantName],
  ]
  return rows.flatMap(([name, value]) =>
    value === null ? [] : [[name, name === 'Reason' ? ownLines(value) : oneLine(value)]],
  )
}

/** Controls and line separators become blanks: a name must not begin a line, and so a header, of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}

/** As {@link oneLine}, but keeps the lines. */
function ownLines(text: string): string {
  return text.split(/\r?\n/).map(oneLine).join('\n')
}

function htmlOf(title: string, rows: readonly Row[], url: string): string {
  const cells = rows.map(
    ([name, value]) =>
      `<tr><td style="padding:2px 12px 2px 0;color:#666;vertical-align:top">${name}</td><td style="white-space:pre-wrap">${escapeHtml(value)}</td></tr>`,
  )
  return `<!doctype html>
<html><body style="font-family:sans-serif">
<h2 style="font-weight:600">${escapeHtml(title)}</h2>
<table style="border-collapse:collapse">${cells.join('\n')}</table>
<p><a href="${escapeHtml(url)}">${escapeHtml(url)}</a></p>
</body></html>
`
}
