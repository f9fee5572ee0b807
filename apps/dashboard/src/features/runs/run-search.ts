/** What the page of a run keeps in the URL. */
export interface RunSearch {
  /** The step whose panel is open. */
  readonly step?: string
}

/** For `validateSearch` of the route. */
export function readRunSearch(search: Readonly<Record<string, unknown>>): RunSearch {
  const { step } = search
  return typeof step === 'string' && step !== '' ? { step } : {}
}
