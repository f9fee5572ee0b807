/** Setting of pages that may call the API; part of the table in settings.ts. */
import { type Parsed, plain, type Setting, splitList } from './setting-kinds.ts'

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return text === '*' || (url !== null && /^https?:$/.test(url.protocol) && url.origin === text)
}

function readOrigins(text: string | undefined): Parsed<readonly string[]> {
  const origins = splitList(text ?? '')
  if (origins.every(isOrigin)) return { value: origins }
  return { rule: 'must be a comma-separated list of origins such as https://app.example.com, or *' }
}

const allowedOrigins: Setting<readonly string[]> = {
  ...plain({
    name: 'CAIRN_ALLOWED_ORIGINS',
    default: 'none',
    unit: null,
    doc: 'Origins of web pages that may call the API from a browser, with commas between, or * for every one. Pages have to send a token; no cookie counts.',
  }),
  read: readOrigins,
}

export const originSettings = { allowedOrigins }
