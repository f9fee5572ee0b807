/** Environment of a step as rows of a form. */
export interface EnvRow {
  readonly name: string
  readonly value: string
}

/** Of the body of a step, where it is a map, or a list of one-entry maps. */
export function rowsOf(env: unknown): readonly EnvRow[] {
  const map: unknown = Array.isArray(env) ? Object.assign({}, ...(env as readonly object[])) : env
  return Object.entries((map ?? {}) as Readonly<Record<string, unknown>>).map(([name, value]) => ({
    name,
    value: String(value),
  }))
}

export function envOf(rows: readonly EnvRow[]): Record<string, string> {
  return Object.fromEntries(rows.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]))
}
