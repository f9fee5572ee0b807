import type { ReactElement } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { Facts } from '../../components/panel.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { useSession } from '../../session/client-context.ts'
import { ChangePassword } from './change-password.tsx'
import { OwnTokens } from './own-tokens.tsx'

/** Who is signed in, with what belongs to them alone. */
export function AccountPage(): ReactElement {
  const { user, tenant, role, access, token, version } = useSession()
  return (
    <>
      <PageHeader title="Account">
        <SnippetButton
          snippets={{
            api: 'GET /auth/api/v1/session',
            cli: 'cairn whoami',
            sdk: 'const { user, role, access } = await client.people.whoAmI()',
          }}
        />
      </PageHeader>
      <Facts
        entries={[
          ['Name', user.name],
          ['E-mail', user.email],
          ['Tenant', tenant.name],
          ['Role', role],
          ['This session may', access],
          ['Signed in by', token === null ? 'password' : `token “${token}”`],
          ['Version of Cairn', version],
        ]}
      />
      <OwnTokens />
      <ChangePassword />
    </>
  )
}
