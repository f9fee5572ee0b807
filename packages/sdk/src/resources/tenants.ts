import type {
  Credentials,
  CredentialsQuery,
  DataStores,
  InstanceOption,
  InstanceOptionsQuery,
  TenantMetadata,
  ValkeyCredentials,
} from '@cairn/contract'
import type { CallOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** What the tenant of the token has at its disposal. Got from `createClient().tenants`. */
export class Tenants {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Facts about the tenant; a cheap way to check address and token.
   *
   * @example
   * await client.tenants.getTenantMetadata()
   */
  getTenantMetadata(options?: CallOptions): Promise<TenantMetadata> {
    return this.#transport.call('getTenantMetadata', {}, options)
  }

  /**
   * Lists instance types, in thousandths of a vCPU and of a GB.
   *
   * @example
   * const options = await client.tenants.listInstanceOptions('webapp')
   */
  async listInstanceOptions(
    entityType: InstanceOptionsQuery['entityType'],
    options?: CallOptions,
  ): Promise<InstanceOption[]> {
    const { data } = await this.#transport.call('listInstanceOptions', { query: { entityType } }, options)
    return data
  }

  /**
   * Credentials of a warehouse, the default one when none is named.
   *
   * @example
   * const { connectionString } = await client.tenants.getCredentials()
   */
  getCredentials(query: CredentialsQuery = {}, options?: CallOptions): Promise<Credentials> {
    return this.#transport.call('getCredentials', { query }, options)
  }

  /**
   * Lists the warehouses of the tenant.
   *
   * @example
   * const { dataStores } = await client.tenants.listWarehouses()
   */
  listWarehouses(options?: CallOptions): Promise<DataStores> {
    return this.#transport.call('listWarehouses', {}, options)
  }

  /**
   * Credentials of the tenant's cache.
   *
   * @example
   * const { url } = await client.tenants.getValkeyCredentials()
   */
  getValkeyCredentials(options?: CallOptions): Promise<ValkeyCredentials> {
    return this.#transport.call('getValkeyCredentials', {}, options)
  }

  /**
   * Sends facts about a client's call. The server answers and drops them; this SDK never sends any by itself.
   *
   * @example
   * await client.tenants.sendTelemetry({ source: 'sdk' })
   */
  async sendTelemetry(body: unknown, options?: CallOptions): Promise<void> {
    await this.#transport.call('sendTelemetry', { body }, options)
  }
}
