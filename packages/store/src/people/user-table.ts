import type { Role } from '@cairn/contract'
import type { ColumnType, Generated } from 'kysely'

export interface UserTable {
  id: string
  tenant_id: string
  email: string
  name: string
  role: Role
  password_hash: Generated<string | null>
  disabled_at: Generated<Date | null>
  created_at: ColumnType<Date, Date | undefined, never>
  created_by: string
  invitation_hash: Generated<Buffer | null>
  invitation_expires_at: Generated<Date | null>
  last_sign_in_at: Generated<Date | null>
  provider_issuer: Generated<string | null>
  provider_subject: Generated<string | null>
}
