import { oidcStartPath } from '../../oidc/serve-oidc.ts'
import type { Operation } from '../../operation.ts'

export const getSignInWays: Operation<'getSignInWays'> = async ({ identityProvider }) => ({
  provider: identityProvider === null ? null : { name: identityProvider.name, path: oidcStartPath },
})
