import { type Static, Type } from 'typebox'
import { roles, tokenScopes } from '../access.ts'
import { deliveryStatuses } from '../statuses.ts'
import { ShortText, Timestamp, Uuid, filterOf, nullable } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'
import { passwordLength } from './session.ts'

/** `invited`: has not used the link of the invitation yet. `disabled`: no token or session of the user counts. */
export const userStatuses = ['active', 'invited', 'disabled'] as const
export type UserStatus = (typeof userStatuses)[number]

const RoleName = Type.Enum([...roles])
const Email = Type.String({ minLength: 3, maxLength: 320 })
const NewPassword = Type.String({ minLength: passwordLength.least, maxLength: passwordLength.most })

export const UserParams = Type.Object({ userId: Uuid })

export const ListUsersQuery = Type.Object({
  ...pageQuery,
  /** Part of the e-mail or the name. */
  searchTerm: Type.Optional(Type.String({ maxLength: 256 })),
  role: Type.Optional(filterOf(roles)),
  status: Type.Optional(filterOf(userStatuses)),
})
export type ListUsersQuery = Static<typeof ListUsersQuery>

/** What became of the mail with the link; `error`: why the last attempt did not succeed. */
const InvitationMail = Type.Object({ status: Type.Enum(deliveryStatuses), error: nullable(Type.String()) })

/**
 * `lastSeenAt`: the last sign-in or use of a token, to the minute. `invitationMail`: null = no link is open, or it was not
 * mailed.
 */
export const User = Type.Object({
  id: Uuid,
  email: Type.String(),
  name: Type.String(),
  role: RoleName,
  status: Type.Enum([...userStatuses]),
  hasPassword: Type.Boolean(),
  createdAt: Timestamp,
  createdBy: Type.String(),
  lastSeenAt: nullable(Timestamp),
  invitationExpiresAt: nullable(Timestamp),
  invitationMail: nullable(InvitationMail),
})
export type User = Static<typeof User>

export const UserPage = pageOf({ users: Type.Array(User), userCount: Type.Integer() })
export type UserPage = Static<typeof UserPage>

/** Without a name the user is called by the e-mail. `mail`: false = the link is not mailed. */
export const InviteUserBody = Type.Object({
  email: Email,
  name: Type.Optional(ShortText),
  role: RoleName,
  mail: Type.Optional(Type.Boolean()),
})
export type InviteUserBody = Static<typeof InviteUserBody>

/**
 * `url` is told only now: whoever opens it first sets the password of the user. `mailed`: it is on its way to the user by mail
 * as well; `invitationMail` of the user tells whether it arrived.
 */
export const Invitation = Type.Object({
  user: User,
  url: Type.String(),
  expiresAt: Timestamp,
  mailed: Type.Boolean(),
})
export type Invitation = Static<typeof Invitation>

/** What is left out stays as it is. */
export const UpdateUserBody = Type.Object({
  name: Type.Optional(ShortText),
  role: Type.Optional(RoleName),
  disabled: Type.Optional(Type.Boolean()),
})
export type UpdateUserBody = Static<typeof UpdateUserBody>

/** `token` is what the link of the invitation ends with. */
export const AcceptInvitationBody = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 256 }),
  password: NewPassword,
  name: Type.Optional(ShortText),
})
export type AcceptInvitationBody = Static<typeof AcceptInvitationBody>

/** `currentPassword` is needed where there is one. */
export const ChangePasswordBody = Type.Object({
  currentPassword: Type.Optional(Type.String({ minLength: 1, maxLength: passwordLength.most })),
  newPassword: NewPassword,
})
export type ChangePasswordBody = Static<typeof ChangePasswordBody>

export const TokenParams = Type.Object({ tokenId: Uuid })

/** Own tokens, unless `userId` names another user, which needs the role `admin`. */
export const ListTokensQuery = Type.Object({ ...pageQuery, userId: Type.Optional(Uuid) })
export type ListTokensQuery = Static<typeof ListTokensQuery>

const ScopeName = Type.Enum([...tokenScopes])

/** A token without its value, which no answer but that of its making holds. `lastUsedAt` is told to the minute. */
export const TokenSummary = Type.Object({
  id: Uuid,
  label: Type.String(),
  scope: ScopeName,
  userId: Uuid,
  userEmail: Type.String(),
  createdAt: Timestamp,
  expiresAt: nullable(Timestamp),
  lastUsedAt: nullable(Timestamp),
})
export type TokenSummary = Static<typeof TokenSummary>

export const TokenPage = pageOf({ tokens: Type.Array(TokenSummary), tokenCount: Type.Integer() })
export type TokenPage = Static<typeof TokenPage>

/** Without `expiresInDays` the token is valid until it is revoked. `userId`: for another user, such as a robot. */
export const CreateTokenBody = Type.Object({
  label: ShortText,
  scope: ScopeName,
  expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  userId: Type.Optional(Uuid),
})
export type CreateTokenBody = Static<typeof CreateTokenBody>

/** `token` is told only now. */
export const CreatedToken = Type.Object({ ...TokenSummary.properties, token: Type.String() })
export type CreatedToken = Static<typeof CreatedToken>
