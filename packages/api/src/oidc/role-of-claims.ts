import { type Role, roles } from '@cairn/contract'

/** What roles the provider's word gives. */
export interface RoleRules {
  /** Name of the claim that is looked at; its value is a text or a list of texts. */
  readonly claim: string
  /** `*` as the value = everybody. */
  readonly rules: readonly { readonly role: Role; readonly value: string }[]
}

/** The highest role that a rule gives; null = none does. */
export function roleOfClaims(claims: Readonly<Record<string, unknown>>, { claim, rules }: RoleRules): Role | null {
  const said = claims[claim]
  const values: readonly unknown[] = Array.isArray(said) ? said : [said]
  const given = rules.filter(({ value }) => value === '*' || values.includes(value)).map(({ role }) => role)
  return roles.findLast((role) => given.includes(role)) ?? null
}
