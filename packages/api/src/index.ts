export { type ApiOptions, buildApi } from './build-api.ts'
export type { BackupPlan } from './context.ts'
export { hashToken, readToken } from './http/authenticate.ts'
export { createSignInChecker, type SignInChecker } from './sign-in/sign-in-checker.ts'
export {
  createIdentityProvider,
  type IdentityProvider,
  type IdentityProviderOptions,
} from './oidc/identity-provider.ts'
export { oidcStartPath } from './oidc/serve-oidc.ts'
export type { RoleRules } from './oidc/role-of-claims.ts'
export type { ReadinessProbe } from './http/serve-health.ts'
export { type ApiLimits, defaultApiLimits } from './limits.ts'
export { type NotBuilt, notBuilt } from './not-built.ts'
