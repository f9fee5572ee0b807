import { createContext } from 'react'

/** Ends the session and shows the sign-in page. */
export const SignOutContext = createContext<() => void>(() => undefined)
