/** `{{name}}` in the url, headers and payload of http steps. Nothing is evaluated; a value is inserted once, as it is. */
const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_-]*)\s*\}\}/g

export type Rendered =
  | { readonly kind: 'rendered'; readonly text: string }
  | { readonly kind: 'unknown_name'; readonly name: string }

type Encode = (value: string, offset: number) => string

function render(template: string, values: Readonly<Record<string, string>>, encode: Encode): Rendered {
  let unknownName: string | null = null
  const text = template.replaceAll(placeholder, (written: string, name: string, offset: number) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value !== undefined) return encode(value, offset)
    if (!name.includes('-')) unknownName ??= name
    return written
  })
  return unknownName === null ? { kind: 'rendered', text } : { kind: 'unknown_name', name: unknownName }
}

/**
 * Fills every `{{name}}` (blanks inside the braces are allowed) with the parameter of that name. Braces that hold
 * anything but a name stay as written, and so do names with a `-` that no parameter has: only secrets can be called so.
 * Placeholders inside values are not filled.
 *
 * @example
 * renderTemplate('{"run": "{{RUN}}"}', { RUN: '7' }) // { kind: 'rendered', text: '{"run": "7"}' }
 */
export function renderTemplate(template: string, values: Readonly<Record<string, string>>): Rendered {
  return render(template, values, (value) => value)
}

/**
 * As {@link renderTemplate} for a URL: values are percent-encoded, so a value cannot add a path, a query or a host. A
 * placeholder that opens the URL is inserted as it is: it holds the address itself.
 */
export function renderUrl(template: string, values: Readonly<Record<string, string>>): Rendered {
  return render(template, values, (value, offset) => (offset === 0 ? value : encodeURIComponent(value.toWellFormed())))
}

/** The names that a template asks for, in the order written. */
export function templateNames(template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, name = '']) => name)
}
