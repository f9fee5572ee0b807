/** Settings of the provider of identities that people sign in by; part of the table in settings.ts. */
import { readFile } from 'node:fs/promises'
import { createIdentityProvider, type IdentityProvider, type RoleRules } from '@cairn/api'
import { type Role, roles } from '@cairn/contract'
import { defaultTenantName } from '@cairn/domain'
import { optional, plain, type Setting, splitList } from './setting-kinds.ts'

function issuerRule(text: string): string | null {
  const url = URL.parse(text)
  const isNear = url !== null && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isNear)) return null
  return 'must be an https URL, or an http URL on this machine'
}

interface RoleRule {
  readonly role: Role
  readonly value: string
}

const oidcRoles: Setting<readonly RoleRule[] | null> = {
  ...plain({
    name: 'CAIRN_OIDC_ROLES',
    default: 'none',
    unit: null,
    doc: 'Which value of the claim gives which role, with commas between, e.g. admin:platform,editor:data,viewer:*; * = everybody. Taken anew at each sign-in, and who has none is refused. Absent: only who was invited signs in, with the role that they have here.',
  }),
  read: (text) => {
    if (text === undefined) return { value: null }
    const rules = splitList(text).flatMap((part): RoleRule[] => {
      const [word = '', ...value] = part.split(':')
      const role = roles.find((each) => each === word)
      return role === undefined || value.join(':') === '' ? [] : [{ role, value: value.join(':') }]
    })
    if (rules.length > 0 && rules.length === splitList(text).length) return { value: rules }
    return {
      rule: `must be a comma-separated list such as admin:platform,viewer:*, with the roles ${roles.join(', ')}`,
    }
  },
}

const anything = (): null => null

export const oidcSettings = {
  oidcIssuer: optional(
    {
      name: 'CAIRN_OIDC_ISSUER',
      default: 'none',
      unit: null,
      doc: 'Provider of identities (OpenID Connect) that people may sign in by, e.g. https://login.example.com/realms/team. Its client has to allow the address <CAIRN_PUBLIC_URL>/auth/oidc/callback, and <CAIRN_PUBLIC_URL>/ after signing out. Absent: tokens and passwords only.',
    },
    issuerRule,
  ),
  oidcClientId: optional(
    {
      name: 'CAIRN_OIDC_CLIENT_ID',
      default: 'none',
      unit: null,
      doc: 'Client of Cairn at the provider; needed with CAIRN_OIDC_ISSUER.',
    },
    anything,
  ),
  oidcClientSecretFile: optional(
    {
      name: 'CAIRN_OIDC_CLIENT_SECRET_FILE',
      default: 'none',
      unit: null,
      doc: 'File with the secret of that client; needed with CAIRN_OIDC_ISSUER.',
    },
    anything,
  ),
  oidcName: optional(
    {
      name: 'CAIRN_OIDC_NAME',
      default: 'none',
      unit: null,
      doc: 'What the provider is called on the button. Absent: the host of the issuer.',
    },
    (text) => (text.length <= 64 ? null : 'must have at most 64 characters'),
  ),
  oidcTenant: {
    ...plain({
      name: 'CAIRN_OIDC_TENANT',
      default: defaultTenantName,
      unit: null,
      doc: 'Tenant whose users sign in by the provider.',
    }),
    read: (text) => ({ value: text ?? defaultTenantName }),
  } satisfies Setting<string>,
  oidcRoleClaim: {
    ...plain({
      name: 'CAIRN_OIDC_ROLE_CLAIM',
      default: 'groups',
      unit: null,
      doc: 'Claim of the provider that CAIRN_OIDC_ROLES looks at: a text or a list of texts.',
    }),
    read: (text) => ({ value: text ?? 'groups' }),
  } satisfies Setting<string>,
  oidcRoles,
}

/** @throws Error when a setting is missing, or the file of the secret cannot be read or is empty */
export async function openIdentityProvider(
  settings: {
    readonly oidcIssuer: string | null
    readonly oidcClientId: string | null
    readonly oidcClientSecretFile: string | null
    readonly oidcName: string | null
    readonly oidcTenant: string
    readonly oidcRoleClaim: string
    readonly oidcRoles: RoleRules['rules'] | null
  },
  publicUrl: string,
): Promise<IdentityProvider | null> {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecretFile: file, oidcRoles: rules } = settings
  if (issuer === null) return null
  if (clientId === null) throw new Error('CAIRN_OIDC_CLIENT_ID: must be set with CAIRN_OIDC_ISSUER')
  if (file === null) throw new Error('CAIRN_OIDC_CLIENT_SECRET_FILE: must be set with CAIRN_OIDC_ISSUER')
  const clientSecret = (await readFile(file, 'utf8')).trim()
  if (clientSecret === '') throw new Error('CAIRN_OIDC_CLIENT_SECRET_FILE: the file must hold the secret')
  return createIdentityProvider({
    issuer,
    clientId,
    clientSecret,
    name: settings.oidcName ?? new URL(issuer).host,
    tenantName: settings.oidcTenant,
    roles: rules === null ? null : { claim: settings.oidcRoleClaim, rules },
    publicUrl,
  })
}
