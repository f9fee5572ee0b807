/** The forms in which programs print a value that they were given. */

/** A text that gives a secret away. */
export interface SecretForm {
  readonly text: string
  /** True for the middle of a base64 text, whose neighbouring characters hold the secret's first and last bits. */
  readonly isBase64: boolean
}

/** Fewest bytes of a value, or of a line of it, that are looked for; shorter ones would be found everywhere. */
const leastBytes = 4

/** How `base64`, PEM files and mails break their lines. */
const base64Widths = [76, 64] as const

/**
 * The value as it is, each of its lines, and the value in base64 (at any place of a longer text, broken into lines, with
 * the URL alphabet), percent-encoded, as a form field, as a JSON text (also one inside another), quoted for a shell and in
 * hexadecimal; each once.
 */
export function secretForms(value: string): SecretForm[] {
  const forms = new Map<string, SecretForm>()
  const add = (text: string, isBase64 = false): void => {
    if (Buffer.byteLength(text) >= leastBytes && !forms.has(text)) forms.set(text, { text, isBase64 })
  }
  for (const line of value.split(/\r\n|\r|\n/)) {
    add(line)
    add(line.trim())
  }
  // A shell's `$(…)` cuts off the line breaks at the end.
  for (const whole of new Set([value, value.replace(/[\r\n]+$/, '')])) {
    if (Buffer.byteLength(whole) < leastBytes) continue
    for (const text of [...percentForms(whole), ...jsonForms(whole), ...plainForms(whole)]) add(text)
    for (const text of base64Forms(Buffer.from(whole))) {
      add(text, true)
      add(text.replaceAll('+', '-').replaceAll('/', '_'), true)
    }
  }
  return [...forms.values()]
}

function plainForms(value: string): string[] {
  const hex = Buffer.from(value).toString('hex')
  return [value, value.replaceAll("'", String.raw`'\''`), hex, hex.toUpperCase()]
}

function percentForms(value: string): string[] {
  const component = encodeURIComponent(value.toWellFormed())
  const everything = component.replaceAll(/[!'()*]/g, (character) => hexOf(character))
  const field = new URLSearchParams({ '': value }).toString().slice(1)
  const forms = [component, everything, component.replaceAll('%2F', '/'), field, field.replaceAll('+', '%20')]
  return forms.flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())])
}

function hexOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function jsonForms(value: string): string[] {
  const inner = (text: string): string => JSON.stringify(text).slice(1, -1)
  const plain = inner(value)
  const ascii = plain.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const forms = [plain, ascii, plain.replaceAll('/', String.raw`\/`), ascii.replaceAll('/', String.raw`\/`)]
  return [...forms, ...forms.map(inner)]
}

/** The characters that the bytes alone decide, for each of the three places that they may have in a longer text. */
function base64Forms(bytes: Buffer): string[] {
  const forms = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
  const [first = ''] = forms
  const pieces = base64Widths.flatMap((width) => (first.length > width ? piecesOf(first, width) : []))
  return [bytes.toString('base64'), ...forms, ...pieces]
}

/** A remainder that is too short to be told from other text is left out. */
function piecesOf(text: string, width: number): string[] {
  const pieces: string[] = []
  for (let start = 0; start < text.length; start += width) pieces.push(text.slice(start, start + width))
  return pieces.filter((piece) => piece.length >= 8)
}
