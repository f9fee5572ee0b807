import type { Session } from '@cairn/contract'
import type { TokenHolder } from '@cairn/store'
import type { ApiContext } from '../../context.ts'

/** What a caller is told of itself. */
export function sessionOf({ version }: ApiContext, holder: TokenHolder): Session {
  return {
    user: { id: holder.userId, email: holder.userEmail, name: holder.userName },
    tenant: { id: holder.tenantId, name: holder.tenantName },
    role: holder.role,
    access: holder.access,
    token: holder.tokenLabel,
    version,
  }
}
