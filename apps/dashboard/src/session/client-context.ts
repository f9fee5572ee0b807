import type { CairnClient, Session } from '@cairn/sdk'
import { createContext, useContext } from 'react'
import type { SignedIn } from './session.ts'

export const SignedInContext = createContext<SignedIn | null>(null)

function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext)
  if (signedIn === null) throw new Error('nobody is signed in')
  return signedIn
}

/** The client of who is signed in. @throws Error outside the signed-in part of the page. */
export function useClient(): CairnClient {
  return useSignedIn().client
}

/** Who is signed in, and what they may do. @throws Error outside the signed-in part of the page. */
export function useSession(): Session {
  return useSignedIn().session
}
