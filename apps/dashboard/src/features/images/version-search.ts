/** What the page of a version keeps in the URL. */
export interface VersionSearch {
  /** Whose log is shown; absent = the last one. */
  readonly build?: number
}

/** For `validateSearch` of its route. */
export function readVersionSearch({ build }: Readonly<Record<string, unknown>>): VersionSearch {
  return typeof build === 'number' && Number.isInteger(build) && build > 0 ? { build } : {}
}
