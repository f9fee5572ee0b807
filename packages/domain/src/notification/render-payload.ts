/**
 * `{{field}}` in the payload and URL of a watcher's webhook. Nothing is evaluated; a value is inserted once. Names that
 * are no field stay as written: a message that arrives with a misspelt name is better than none.
 *
 * Where the payload is JSON, it stays JSON whatever the values hold: inside a JSON string a value is escaped, elsewhere it
 * is inserted as a whole JSON value.
 */
import type { WatcherEvent } from '@cairn/contract'
import type { NotificationFacts } from './notification-facts.ts'

const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g

type Fields = Readonly<Record<string, string | number | null>>

export interface RenderedPayload {
  readonly text: string
  readonly isJson: boolean
}

function fieldsOf(facts: NotificationFacts, event: WatcherEvent): Fields {
  return { ...facts, event, tenant: facts.tenantName }
}

/**
 * @example
 * renderPayload('{"run": "{{executionId}}", "why": {{reason}}}', facts, 'fail').text // {"run": "5f…", "why": "exit code 1"}
 */
export function renderPayload(template: string, facts: NotificationFacts, event: WatcherEvent): RenderedPayload {
  const fields = fieldsOf(facts, event)
  const asJson = fill(template, fields, (value, isInString) => {
    const text = JSON.stringify(value)
    if (!isInString) return text
    return value === null ? '' : JSON.stringify(String(value)).slice(1, -1)
  })
  if (isJson(asJson)) return { text: asJson, isJson: true }
  return { text: fill(template, fields, plainText), isJson: false }
}

/** As `renderUrl` of http steps: values are percent-encoded, so none adds a path, a query or a host. */
export function renderWebhookUrl(template: string, facts: NotificationFacts, event: WatcherEvent): string {
  return fill(template, fieldsOf(facts, event), (value) => encodeURIComponent(plainText(value).toWellFormed()))
}

function plainText(value: string | number | null): string {
  return value === null ? '' : String(value)
}

type Encode = (value: string | number | null, isInString: boolean) => string

function fill(template: string, fields: Fields, encode: Encode): string {
  let isInString = false
  let read = 0
  const readOn = (until: number): void => {
    for (; read < until; read += 1) {
      if (isInString && template[read] === '\\') read += 1
      else if (template[read] === '"') isInString = !isInString
    }
  }
  return template.replaceAll(placeholder, (written: string, name: string, offset: number) => {
    readOn(offset)
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (value === undefined) return written
    return encode(value, isInString)
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
