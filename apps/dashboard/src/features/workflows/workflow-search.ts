export const workflowTabs = ['overview', 'grid', 'triggers', 'watchers', 'definition'] as const
export type WorkflowTab = (typeof workflowTabs)[number]

/** What the page of a workflow keeps in the URL. */
export interface WorkflowSearch {
  readonly tab?: WorkflowTab
}

/** For `validateSearch` of the route. */
export function readWorkflowSearch(search: Readonly<Record<string, unknown>>): WorkflowSearch {
  const tab = workflowTabs.find((each) => each === search['tab'])
  return tab === undefined ? {} : { tab }
}
