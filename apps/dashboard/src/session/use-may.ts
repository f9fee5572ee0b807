import type { Access } from '@cairn/sdk'
import { useContext } from 'react'
import { SignedInContext, useSession } from './client-context.ts'
import { refusalOf } from './refusal.ts'

/** Whether who is signed in may do so much. @throws Error outside the signed-in part of the page. */
export function useMay(needed: Access): boolean {
  return refusalOf(useSession(), needed) === null
}

/** Why who is signed in may not do what needs so much; null = they may, or it needs nothing. */
export function useRefusal(needed: Access | undefined): string | null {
  const signedIn = useContext(SignedInContext)
  return needed === undefined || signedIn === null ? null : refusalOf(signedIn.session, needed)
}
