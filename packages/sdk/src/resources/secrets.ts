import type { ListSecretsQuery, SecretPage, SecretSaved, SecretSummary } from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** Values that steps, hooks and builds are given by name. Got from `createClient().secrets`. */
export class Secrets {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Creates a secret.
   *
   * @param name letters, digits, `-` and `_`; steps get it as the variable of that name in capitals, with `_` for `-`
   * @param value 4 bytes to 64 KiB of text; it can be replaced and never read back
   * @example
   * await client.secrets.createSecret('warehouse-password', password)
   */
  createSecret(name: string, value: string, options?: CallOptions): Promise<SecretSaved> {
    return this.#transport.call('createSecret', { body: { name, value } }, options)
  }

  /**
   * Gives a secret another value. Attempts that start from then on get it; what runs keeps the value of before.
   *
   * @example
   * const { version } = await client.secrets.rotateSecret('warehouse-password', password)
   */
  rotateSecret(name: string, value: string, options?: CallOptions): Promise<SecretSaved> {
    return this.#transport.call('rotateSecret', { params: { secretName: name }, body: { value } }, options)
  }

  /**
   * Deletes a secret. Refused with `conflict` while something uses it; the message says what.
   *
   * @example
   * await client.secrets.deleteSecret('warehouse-password')
   */
  async deleteSecret(name: string, options?: CallOptions): Promise<void> {
    await this.#transport.call('deleteSecret', { params: { secretName: name } }, options)
  }

  /**
   * Lists secrets by name, without values, and what uses each.
   *
   * @example
   * for await (const { name, usedBy } of client.secrets.listSecrets()) console.log(name, usedBy.length)
   */
  listSecrets(query: ListSecretsQuery = {}, options?: CallOptions): List<SecretSummary, SecretPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listSecrets', { query: { ...query, pageNumber } }, options),
      ({ secrets }) => secrets,
    )
  }
}
