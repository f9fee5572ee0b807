/** The same by other means: a request such as `GET /workflows/api/v1/workflows/7`, a command line, an expression of the SDK. */
export interface Snippets {
  readonly api: string
  readonly cli: string
  readonly sdk: string
}

/**
 * A word of a command line that the shell leaves as it is.
 *
 * @example
 * shellWord("it's") // `'it'\''s'`
 */
export function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** A call of curl that does the request. */
export function curlText(api: string, origin: string): string {
  const [method = 'GET', path = '/', ...body] = api.split(' ')
  const parts = [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    `-H "Authorization: Bearer $CAIRN_TOKEN"`,
    ...(body.length === 0 ? [] : [`-H 'Content-Type: application/json'`, `-d ${shellWord(body.join(' '))}`]),
    `'${origin}${path.replaceAll("'", '%27')}'`,
  ]
  return parts.join(' \\\n  ')
}

/** A program of the SDK that evaluates the expression. */
export function sdkText(expression: string, origin: string): string {
  return `import { createClient } from '@cairn/sdk'\n\nconst client = createClient({ baseUrl: '${origin}', token: process.env.CAIRN_TOKEN ?? '' })\n${expression}`
}
