/** What somebody signs in with. */
export type SignInProof =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'password'; readonly email: string; readonly password: string }

/** From where somebody signs in, and to what. */
export interface SignInPlace {
  /** Of the connection; counts its attempts. */
  readonly address: string
  /** Name of the tenant to sign in to; null = whichever fits. */
  readonly tenant: string | null
  readonly requestId: string
}
