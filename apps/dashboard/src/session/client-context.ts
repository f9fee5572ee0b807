import type { CairnClient } from '@cairn/sdk'
import { createContext, useContext } from 'react'

export const ClientContext = createContext<CairnClient | null>(null)

/** The client of who is signed in. @throws Error outside the signed-in part of the page. */
export function useClient(): CairnClient {
  const client = useContext(ClientContext)
  if (client === null) throw new Error('nobody is signed in')
  return client
}
