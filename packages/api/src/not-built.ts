import type { OperationId } from '@cairn/contract'

/** Operations of the contract that answer 501. Everything else must have a handler, or this package does not compile. */
export const notBuilt = [
  'getCredentials',
  'getValkeyCredentials',
  'listEmails',
  'sendEmail',
  'describeEmail',
  'listTemplates',
  'describeTemplate',
] as const satisfies readonly OperationId[]

export type NotBuilt = (typeof notBuilt)[number]
