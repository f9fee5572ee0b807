import { useSyncExternalStore } from 'react'

/** What the page shows. It stands in the hash, so that the server has one page to serve. */
export type Place =
  | { readonly screen: 'workflows' }
  | { readonly screen: 'workflow'; readonly workflowId: number }
  | { readonly screen: 'run'; readonly workflowId: number; readonly executionId: string }
  | { readonly screen: 'services' }
  | { readonly screen: 'service'; readonly serviceId: string }
  | { readonly screen: 'nowhere' }

export function placeOf(hash: string): Place {
  const path = hash.replace(/^#?\/?/, '')
  if (path === '' || path === 'workflows') return { screen: 'workflows' }
  if (path === 'services') return { screen: 'services' }
  const serviceId = /^services\/([0-9a-f-]{36})$/.exec(path)?.[1]
  if (serviceId !== undefined) return { screen: 'service', serviceId }
  const found = /^workflows\/(\d{1,15})(?:\/runs\/([0-9a-f-]{36}))?$/.exec(path)
  if (found === null) return { screen: 'nowhere' }
  const [, id, executionId] = found
  const workflowId = Number(id)
  return executionId === undefined ? { screen: 'workflow', workflowId } : { screen: 'run', workflowId, executionId }
}

export function workflowLink(workflowId: number): string {
  return `#/workflows/${workflowId}`
}

export function runLink(workflowId: number, executionId: string): string {
  return `${workflowLink(workflowId)}/runs/${executionId}`
}

export function serviceLink(serviceId: string): string {
  return `#/services/${serviceId}`
}

function subscribe(changed: () => void): () => void {
  globalThis.addEventListener('hashchange', changed)
  return () => globalThis.removeEventListener('hashchange', changed)
}

export function usePlace(): Place {
  return placeOf(useSyncExternalStore(subscribe, () => globalThis.location.hash))
}
