import { type Static, Type } from 'typebox'
import { secretUserKinds } from '../statuses.ts'
import { Timestamp } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

/** Bytes (UTF-8) of a secret's value. A shorter value could not be masked in logs without masking half of them. */
export const secretBytes = { least: 4, most: 65_536 } as const

const SecretName = Type.String({
  pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,99}$',
  maxLength: 100,
  'x-rule': 'must be 1 to 100 letters, digits, `-` and `_`, starting with a letter or `_`',
})

const SecretValue = Type.Refine(
  Type.String({ minLength: 1, maxLength: secretBytes.most }),
  (value: string) => {
    const bytes = new TextEncoder().encode(value).length
    return bytes >= secretBytes.least && bytes <= secretBytes.most
  },
  () => `must have ${secretBytes.least} to ${secretBytes.most} bytes; what is shorter cannot be masked in logs`,
)

export const SecretParams = Type.Object({ secretName: SecretName })

export const ListSecretsQuery = Type.Object({
  ...pageQuery,
  searchTerm: Type.Optional(Type.String({ maxLength: 256 })),
})
export type ListSecretsQuery = Static<typeof ListSecretsQuery>

export const SecretBody = Type.Object({ name: SecretName, value: SecretValue })
export type SecretBody = Static<typeof SecretBody>

export const RotateSecretBody = Type.Object({ value: SecretValue })
export type RotateSecretBody = Static<typeof RotateSecretBody>

/** `version` counts the values that the secret had. */
export const SecretSaved = Type.Object({ name: Type.String(), version: Type.Integer() })
export type SecretSaved = Static<typeof SecretSaved>

const SecretUser = Type.Object({ kind: Type.Enum(secretUserKinds), id: Type.String(), name: Type.String() })

/** A secret without its value, which no answer holds. `usedBy` names the first 100 of `usedByCount`. */
export const SecretSummary = Type.Object({
  name: Type.String(),
  version: Type.Integer(),
  createdAt: Timestamp,
  createdBy: Type.String(),
  updatedAt: Timestamp,
  updatedBy: Type.String(),
  usedBy: Type.Array(SecretUser),
  usedByCount: Type.Integer(),
})
export type SecretSummary = Static<typeof SecretSummary>

export const SecretPage = pageOf({ secrets: Type.Array(SecretSummary), secretCount: Type.Integer() })
export type SecretPage = Static<typeof SecretPage>
