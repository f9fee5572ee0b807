export interface ServiceKey {
  readonly id: string
  readonly tenantId: string
}
