import { type Static, Type } from 'typebox'
import { ShortText, nullable } from './bounds.ts'

/** What a session reads at its start. Cairn adds the name of the tenant. */
export const TenantMetadata = Type.Object({ tenant: Type.Optional(Type.String()) })
export type TenantMetadata = Static<typeof TenantMetadata>

export const instanceEntityTypes = ['api-deployment', 'data-bridge', 'webapp', 'workflow', 'workspace'] as const
export type InstanceEntityType = (typeof instanceEntityTypes)[number]

export const InstanceOptionsQuery = Type.Object({ entityType: Type.Enum(instanceEntityTypes) })
export type InstanceOptionsQuery = Static<typeof InstanceOptionsQuery>

/** `cpu` and `memory` are in thousandths of a vCPU and of a GB. */
export const InstanceOption = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  cpu: Type.Number(),
  memory: Type.Number(),
  gpu: nullable(Type.Number()),
  gpuMemory: nullable(Type.Number()),
  instanceClass: Type.String(),
  provider: Type.String(),
  providerInstanceId: nullable(Type.String()),
})
export type InstanceOption = Static<typeof InstanceOption>

export const InstanceOptions = Type.Object({ data: Type.Array(InstanceOption) })
export type InstanceOptions = Static<typeof InstanceOptions>

export const CredentialsQuery = Type.Object({
  type: Type.Optional(Type.Enum(['data-warehouse'], { default: 'data-warehouse' })),
  warehouse: Type.Optional(ShortText),
  allWarehouses: Type.Optional(Type.Boolean({ default: false })),
})
export type CredentialsQuery = Static<typeof CredentialsQuery>

/** Which keys there are depends on the kind of warehouse. */
export const Credentials = Type.Object({
  dataWarehouseType: Type.String(),
  authType: Type.String(),
  application: Type.Optional(Type.String()),
  connectionString: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
  port: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
  database: Type.Optional(Type.String()),
  schema: Type.Optional(Type.String()),
  user: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  role: Type.Optional(Type.String()),
  iamRole: Type.Optional(Type.String()),
  warehouse: Type.Optional(Type.String()),
  warehouseMap: Type.Optional(Type.Record(Type.String(), Type.String())),
  integration: Type.Optional(Type.String()),
  accessToken: Type.Optional(Type.String()),
})
export type Credentials = Static<typeof Credentials>

export const DataStore = Type.Object({
  id: Type.String(),
  name: Type.String(),
  type: Type.Literal('data_warehouse'),
  variant: Type.String(),
  status: Type.Enum(['active', 'draft', 'failed']),
  region: Type.String(),
  regionLabel: Type.String(),
  metadata: Type.Object({ isDefault: Type.Boolean() }),
})
export type DataStore = Static<typeof DataStore>

export const DataStores = Type.Object({ dataStores: Type.Array(DataStore), pageSize: Type.Integer() })
export type DataStores = Static<typeof DataStores>

export const ValkeyCredentials = Type.Object({
  tenant: Type.String(),
  engine: Type.Optional(Type.String()),
  url: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
  port: Type.Optional(Type.Integer()),
  userId: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
})
export type ValkeyCredentials = Static<typeof ValkeyCredentials>

export const PermissionsQuery = Type.Object({ type: Type.Enum(['app']) })

/** A tree: app → feature → … → `{ actions: ['read' | 'write' | '*'] }`. */
export const Permissions = Type.Record(Type.String(), Type.Unknown())
export type Permissions = Static<typeof Permissions>

/** Facts about the client's call; answered and dropped. */
export const TelemetryBody = Type.Unknown()
