import type { Session, SignInBody } from '@cairn/contract'
import type { CallOptions } from '../transport/call-options.ts'
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
   * Signs this browser out, here and at all private services that it opened from here. A token stays as it is.
   *
   * @example
   * await client.people.signOut()
   */
  async signOut(options?: CallOptions): Promise<void> {
    await this.#transport.call('endSession', {}, options)
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
}
