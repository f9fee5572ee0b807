/** What the editor keeps in the URL. */
export interface QuerySearch {
  /** Absent = a new query. */
  readonly path?: string
  /** Absent = the newest. */
  readonly version?: number
}

/** For `validateSearch` of the route of the editor. */
export function readQuerySearch({ path, version }: Readonly<Record<string, unknown>>): QuerySearch {
  return {
    ...(typeof path === 'string' && { path }),
    ...(typeof version === 'number' && Number.isInteger(version) && version > 0 && { version }),
  }
}
