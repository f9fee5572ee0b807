import type {
  ListServicesQuery,
  ServiceBody,
  ServiceDetails,
  ServiceId,
  ServicePage,
  ServiceSummary,
  UpdateServiceBody,
  WebappPage,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions, Given, StepwiseOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'
import { firstNamed } from './first-named.ts'

type ListQuery = Omit<ListServicesQuery, 'featureType' | 'serviceType'>

/**
 * The older name of services of type `web-app`; the same resources. Got from `createClient().webapps`.
 *
 * @deprecated use `services`.
 */
export class Webapps {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Creates a web app.
   *
   * @example
   * const { id } = await client.webapps.createWebapp({ name: 'chart', imageDetails: { imageId } })
   */
  createWebapp(body: Given<ServiceBody>, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('createService', { body }, options)
  }

  /**
   * Changes a web app; what is absent stays.
   *
   * @example
   * await client.webapps.updateWebapp(id, { title: 'Charts' })
   */
  updateWebapp(webappId: string, body: Given<UpdateServiceBody>, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('updateService', { params: { serviceId: webappId }, body }, options)
  }

  /**
   * Creates the web app, or changes the one of that name.
   *
   * @example
   * const { id } = await client.webapps.createOrUpdateWebapp(body)
   */
  async createOrUpdateWebapp(body: Given<ServiceBody>, options?: StepwiseOptions): Promise<ServiceId> {
    const known = await firstNamed(this.listWebapps({ searchTerm: body.name, pageSize: 100 }, options), body.name)
    return known === null ? this.createWebapp(body, options) : this.updateWebapp(known.id, body, options)
  }

  /**
   * Describes a web app.
   *
   * @example
   * const { url } = await client.webapps.describeWebapp(id)
   */
  describeWebapp(webappId: string, options?: CallOptions): Promise<ServiceDetails> {
    return this.#transport.call('describeService', { params: { serviceId: webappId } }, options)
  }

  /**
   * Lists web apps.
   *
   * @example
   * for await (const { name, url } of client.webapps.listWebapps()) console.log(name, url)
   */
  listWebapps(query: ListQuery = {}, options?: CallOptions): List<ServiceSummary, WebappPage> {
    return listOf(
      query.pageNumber ?? 1,
      async (pageNumber) => {
        const page = await this.#transport.call('listServices', { query: { ...query, pageNumber } }, options)
        return 'webapps' in page ? page : asWebappPage(page)
      },
      ({ webapps }) => webapps,
    )
  }

  /**
   * Deletes a web app.
   *
   * @example
   * await client.webapps.deleteWebapp(id)
   */
  deleteWebapp(webappId: string, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('deleteService', { params: { serviceId: webappId } }, options)
  }
}

function asWebappPage({ services, servicesCount, ...keys }: ServicePage): WebappPage {
  return { ...keys, webapps: services, webappsCount: servicesCount }
}
