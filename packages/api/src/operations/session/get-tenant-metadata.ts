import type { Operation } from '../../operation.ts'

/** Without `spokeDetails`: that key would make clients of the reference take the tenant for a spoke. */
export const getTenantMetadata: Operation<'getTenantMetadata'> = async (_context, { caller }) => ({
  tenant: caller.tenantName,
})
