import type {
  AcceptInvitationBody,
  AuditEvent,
  AuditPage,
  ChangePasswordBody,
  CreatedToken,
  CreateTokenBody,
  ExportAuditQuery,
  Invitation,
  InviteUserBody,
  ListAuditQuery,
  ListTokensQuery,
  ListUsersQuery,
  Session,
  SignedOut,
  SignInBody,
  SignInWays,
  TokenPage,
  TokenSummary,
  UpdateUserBody,
  User,
  UserPage,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions, Download } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** Who may do what, and who signs in. Got from `createClient().people`. */
export class People {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Signs this browser in: the answer sets a cookie that no script reads. For a client made with `credentials: 'cookie'`.
   *
   * @param proof an API token, or `email` and `password`
   * @throws UnauthorizedError when the proof is wrong.
   * @throws TooManyRequestsError after too many attempts.
   * @example
   * const { user, role } = await client.people.signIn({ email: 'ann@example.com', password: 'correct horse battery' })
   */
  signIn(proof: SignInBody, options?: CallOptions): Promise<Session> {
    return this.#transport.call('createSession', { body: proof }, options)
  }

  /**
   * How people sign in besides by tokens and passwords.
   *
   * @example
   * const { provider } = await client.people.listSignInWays()
   * if (provider !== null) location.assign(provider.path)
   */
  listSignInWays(options?: CallOptions): Promise<SignInWays> {
    return this.#transport.call('getSignInWays', {}, options)
  }

  /**
   * Signs this browser out, here and at all private services that it opened from here. A token stays as it is. Who signed in by
   * a provider of identities is signed out there by going to `providerUrl`.
   *
   * @example
   * const { providerUrl } = await client.people.signOut()
   * if (providerUrl !== null) location.assign(providerUrl)
   */
  signOut(options?: CallOptions): Promise<SignedOut> {
    return this.#transport.call('endSession', {}, options)
  }

  /**
   * Who calls, and what the caller may do.
   *
   * @throws UnauthorizedError when nobody is signed in.
   * @example
   * const { user, role, access } = await client.people.whoAmI()
   */
  whoAmI(options?: CallOptions): Promise<Session> {
    return this.#transport.call('getSession', {}, options)
  }

  /**
   * Lists users by e-mail. Needs the role `admin`, as all about users does.
   *
   * @example
   * for await (const { email, role, status } of client.people.listUsers({ role: ['admin'] })) console.log(email, role, status)
   */
  listUsers(query: ListUsersQuery = {}, options?: CallOptions): List<User, UserPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listUsers', { query: { ...query, pageNumber } }, options),
      ({ users }) => users,
    )
  }

  /**
   * Describes a user.
   *
   * @example
   * const { role, lastSeenAt } = await client.people.describeUser(id)
   */
  describeUser(userId: string, options?: CallOptions): Promise<User> {
    return this.#transport.call('describeUser', { params: { userId } }, options)
  }

  /**
   * Adds a user. Hand the link over: it sets the password, once, within seven days. A robot needs none, but a token.
   *
   * @throws BadRequestError when the tenant has a user of this e-mail.
   * @example
   * const { url, expiresAt } = await client.people.inviteUser({ email: 'ann@example.com', name: 'Ann', role: 'editor' })
   */
  inviteUser(user: InviteUserBody, options?: CallOptions): Promise<Invitation> {
    return this.#transport.call('inviteUser', { body: user }, options)
  }

  /**
   * Makes another link by which the user sets a password; the one of before ends. Also for who forgot the password.
   *
   * @throws ConflictError when the user is disabled.
   * @example
   * const { url } = await client.people.renewInvitation(id)
   */
  renewInvitation(userId: string, options?: CallOptions): Promise<Invitation> {
    return this.#transport.call('renewInvitation', { params: { userId } }, options)
  }

  /**
   * Changes name or role of a user, or disables or enables the user. It counts from the next request on.
   *
   * @throws ConflictError when the tenant would be left without an admin.
   * @example
   * await client.people.updateUser(id, { role: 'viewer' })
   */
  updateUser(userId: string, change: UpdateUserBody, options?: CallOptions): Promise<User> {
    return this.#transport.call('updateUser', { params: { userId }, body: change }, options)
  }

  /**
   * Deletes a user with all tokens and sessions. What the user made stays.
   *
   * @throws ConflictError when the tenant would be left without an admin.
   * @example
   * await client.people.deleteUser(id)
   */
  async deleteUser(userId: string, options?: CallOptions): Promise<void> {
    await this.#transport.call('deleteUser', { params: { userId } }, options)
  }

  /**
   * Sets the password of an invited user and signs this browser in.
   *
   * @param invitation `token` is what the link ends with, behind the `#`; a password has 12 to 256 characters
   * @throws UnauthorizedError when the link was used or has ended.
   * @example
   * const token = location.hash.slice(1)
   * const { user } = await client.people.acceptInvitation({ token, password: 'correct horse battery' })
   */
  acceptInvitation(invitation: AcceptInvitationBody, options?: CallOptions): Promise<Session> {
    return this.#transport.call('acceptInvitation', { body: invitation }, options)
  }

  /**
   * Changes the own password. All other sessions of the user end; tokens stay.
   *
   * @throws BadRequestError when the current password is wrong.
   * @example
   * await client.people.changePassword({ currentPassword: 'correct horse battery', newPassword: 'staple of the horse' })
   */
  async changePassword(passwords: ChangePasswordBody, options?: CallOptions): Promise<void> {
    await this.#transport.call('changePassword', { body: passwords }, options)
  }

  /**
   * Lists own tokens, newest first; with `userId` those of another user, which needs the role `admin`. No answer has their values.
   *
   * @example
   * for await (const { label, lastUsedAt } of client.people.listTokens()) console.log(label, lastUsedAt)
   */
  listTokens(query: ListTokensQuery = {}, options?: CallOptions): List<TokenSummary, TokenPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listTokens', { query: { ...query, pageNumber } }, options),
      ({ tokens }) => tokens,
    )
  }

  /**
   * Makes a token. Its value is told only now.
   *
   * @param token `scope`: `read`, `run` (besides: start, stop, try) or `write` (all that the role allows); without
   *   `expiresInDays` (1 to 3650) it is valid until it is revoked
   * @example
   * const { token } = await client.people.createToken({ label: 'nightly', scope: 'run', expiresInDays: 90 })
   */
  createToken(token: CreateTokenBody, options?: CallOptions): Promise<CreatedToken> {
    return this.#transport.call('createToken', { body: token }, options)
  }

  /**
   * Revokes a token. Sessions that it opened end.
   *
   * @example
   * await client.people.revokeToken(id)
   */
  async revokeToken(tokenId: string, options?: CallOptions): Promise<void> {
    await this.#transport.call('revokeToken', { params: { tokenId } }, options)
  }

  /**
   * Lists changes and sign-ins, newest first: of the last 90 days unless `dateFrom` says otherwise. Needs the role `admin`.
   *
   * @example
   * for await (const { at, user, operation, resource, errorCode } of client.people.listAuditEvents({ result: 'refused' }))
   *   console.log(at, user?.email, operation, resource.id, errorCode)
   */
  listAuditEvents(query: ListAuditQuery = {}, options?: CallOptions): List<AuditEvent, AuditPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listAuditEvents', { query: { ...query, pageNumber } }, options),
      ({ events }) => events,
    )
  }

  /**
   * The same as one file: CSV, or with the format `ndjson` one JSON object a line.
   *
   * @example
   * const { stream } = await client.people.exportAuditEvents({ format: 'ndjson', dateFrom: '2026-01-01' })
   * await writeFile('audit.ndjson', stream)
   */
  exportAuditEvents(query: ExportAuditQuery = {}, options?: CallOptions): Promise<Download> {
    return this.#transport.call('exportAuditEvents', { query }, options)
  }
}
