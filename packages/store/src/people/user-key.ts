/** Which user. */
export interface UserKey {
  readonly tenantId: string
  readonly userId: string
}
