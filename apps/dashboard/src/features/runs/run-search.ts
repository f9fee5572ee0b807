export const runViews = ['graph', 'timeline', 'table', 'log', 'decisions'] as const
export type RunView = (typeof runViews)[number]

export const stepTabs = ['log', 'parameters', 'why'] as const
export type StepTab = (typeof stepTabs)[number]

/** What the page of a run keeps in the URL. */
export interface RunSearch {
  readonly view?: RunView
  /** The step whose panel is open. */
  readonly step?: string
  readonly tab?: StepTab
  /** A line of the log that is shown, counted from 1. */
  readonly line?: number
}

/** For `validateSearch` of the route. */
export function readRunSearch(search: Readonly<Record<string, unknown>>): RunSearch {
  const view = runViews.find((each) => each === search['view'])
  const tab = stepTabs.find((each) => each === search['tab'])
  const { step, line } = search
  return {
    ...(view !== undefined && { view }),
    ...((typeof step === 'string' || typeof step === 'number') && step !== '' && { step: String(step) }),
    ...(tab !== undefined && { tab }),
    ...(typeof line === 'number' && Number.isInteger(line) && line > 0 && { line }),
  }
}
