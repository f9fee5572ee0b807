import { type Static, Type } from 'typebox'
import { accessLevels, roles } from '../access.ts'
import { ShortText, Uuid, nullable } from './bounds.ts'

/** Characters of a password. */
export const passwordLength = { least: 12, most: 256 } as const

/** An API token, or an e-mail with a password. `tenant` is needed where the same e-mail and password are of several. */
export const SignInBody = Type.Object({
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
  email: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
  password: Type.Optional(Type.String({ minLength: 1, maxLength: passwordLength.most })),
  tenant: Type.Optional(ShortText),
})
export type SignInBody = Static<typeof SignInBody>

/** How people sign in besides by tokens and passwords. */
export const SignInWays = Type.Object({
  /** null = the server has no provider of identities. */
  provider: nullable(
    Type.Object({
      /** For people. */
      name: Type.String(),
      /** A browser that opens it comes back signed in; `path` as a query says where on this host. */
      path: Type.String(),
    }),
  ),
})
export type SignInWays = Static<typeof SignInWays>

/** Who calls. `access` is what the caller may do: less than the role where the token is limited. */
export const Session = Type.Object({
  user: Type.Object({ id: Uuid, email: Type.String(), name: Type.String() }),
  tenant: Type.Object({ id: Uuid, name: Type.String() }),
  role: Type.Enum([...roles]),
  access: Type.Enum([...accessLevels]),
  /** Label of the token; null = signed in by a password or a provider. */
  token: nullable(Type.String()),
  /** Of Cairn. */
  version: Type.String(),
})
export type Session = Static<typeof Session>

/** `providerUrl`: where the browser goes to sign out at the provider of identities as well; null = it did not sign in by one. */
export const SignedOut = Type.Object({ providerUrl: nullable(Type.String()) })
export type SignedOut = Static<typeof SignedOut>
