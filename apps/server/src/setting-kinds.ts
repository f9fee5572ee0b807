/** How the texts of settings are read. */
/** A value, or what is wrong with the text. */
export type Parsed<T> = { readonly value: T } | { readonly rule: string }

export interface Setting<T> {
  /** Environment variable. */
  readonly name: string
  /** As text for the reader; `none` when absence means something of its own. */
  readonly default: string
  /** What the text counts, e.g. `bytes`; null for words. */
  readonly unit: string | null
  readonly doc: string
  /** Never shown. */
  readonly isSecret: boolean
  /** undefined = the variable is absent or empty. */
  read(text: string | undefined, context: SettingContext): Parsed<T>
}

export interface SettingContext {
  readonly workingDirectory: string
}

export type Description = Pick<Setting<unknown>, 'name' | 'default' | 'unit' | 'doc'>

export const plain = (description: Description) => ({ ...description, isSecret: false })

export function integer(
  description: Description,
  bounds: { readonly least: number; readonly most: number },
): Setting<number> {
  return {
    ...plain(description),
    read: (text) => {
      const value = Number(text ?? description.default)
      const isInside = Number.isInteger(value) && value >= bounds.least && value <= bounds.most
      return isInside ? { value } : { rule: `must be a whole number from ${bounds.least} to ${bounds.most}` }
    },
  }
}

export function optional(description: Description, check: (text: string) => string | null): Setting<string | null> {
  return {
    ...plain(description),
    read: (text) => {
      const rule = text === undefined ? null : check(text)
      return rule === null ? { value: text ?? null } : { rule }
    },
  }
}

export function oneOf<T extends string>(description: Description, allowed: readonly T[]): Setting<T> {
  return {
    ...plain(description),
    read: (text) => {
      const value = allowed.find((word) => word === (text ?? description.default))
      return value === undefined ? { rule: `must be one of ${allowed.join(', ')}` } : { value }
    },
  }
}

export function list<T extends string>(description: Description, allowed: readonly T[]): Setting<readonly T[]> {
  return {
    ...plain(description),
    read: (text) => {
      const words = splitList(text ?? description.default)
      const known = allowed.filter((word) => words.includes(word))
      const isKnown = words.length > 0 && words.every((word) => allowed.some((other) => other === word))
      return isKnown ? { value: known } : { rule: `must be a comma-separated list of ${allowed.join(', ')}` }
    },
  }
}

export function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
