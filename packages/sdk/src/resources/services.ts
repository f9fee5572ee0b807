import type {
  ListServiceRevisionsQuery,
  ListServicesQuery,
  ListWakesQuery,
  ServiceBody,
  ServiceDetails,
  ServiceDomain,
  ServiceDomains,
  ServiceId,
  ServiceMetrics,
  ServiceMetricsQuery,
  ServiceLogDownloadQuery,
  ServiceLogLine,
  ServiceLogs,
  ServiceLogsQuery,
  ServicePage,
  ServiceRevision,
  ServiceRevisionPage,
  ServiceSummary,
  ServiceWake,
  TestServiceBody,
  TestServiceResult,
  UpdateServiceBody,
  WakePage,
  WebappPage,
} from '@cairn/contract'
import { UnwantedOutcomeError } from '../errors.ts'
import { type List, listOf } from '../list.ts'
import type { CallOptions, Download, Given, StepwiseOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'
import { type WaitOptions, type WatchOptions, followLog, waitUntil } from '../watch.ts'
import { firstNamed } from './first-named.ts'

const changingStatuses: readonly string[] = ['CREATING', 'DEPLOYING']

type ListQuery = Omit<ListServicesQuery, 'featureType'>

/** Services: web apps, APIs and Shiny apps. Got from `createClient().services`. */
export class Services {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Creates a service and starts its deployment.
   *
   * @example
   * const { id } = await client.services.createService({ name: 'forecast', imageDetails: { imageId }, access: 'public' })
   * const { url } = await client.services.waitForService(id)
   */
  createService(body: Given<ServiceBody>, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('createService', { body }, options)
  }

  /**
   * Changes a service; what is absent stays. Deploys anew when something changes that runs.
   *
   * @example
   * await client.services.updateService(id, { imageDetails: { imageId, versionId } })
   */
  updateService(serviceId: string, body: Given<UpdateServiceBody>, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('updateService', { params: { serviceId }, body }, options)
  }

  /**
   * Creates the service, or changes the one of that name.
   *
   * @example
   * const { id } = await client.services.createOrUpdateService(body)
   */
  async createOrUpdateService(body: Given<ServiceBody>, options?: StepwiseOptions): Promise<ServiceId> {
    const known = await firstNamed(this.listServices({ searchTerm: body.name, pageSize: 100 }, options), body.name)
    return known === null ? this.createService(body, options) : this.updateService(known.id, body, options)
  }

  /**
   * Describes a service: its status and why it has it, its URL, what runs.
   *
   * @example
   * const { status, statusReason, url } = await client.services.describeService(id)
   */
  describeService(serviceId: string, options?: CallOptions): Promise<ServiceDetails> {
    return this.#transport.call('describeService', { params: { serviceId } }, options)
  }

  /**
   * Lists services.
   *
   * @example
   * const apis = await client.services.listServices({ serviceType: ['api'] }).all()
   */
  listServices(query: ListQuery = {}, options?: CallOptions): List<ServiceSummary, ServicePage> {
    return listOf(query.pageNumber ?? 1, (pageNumber) => this.#page({ ...query, pageNumber }, options), itemsOf)
  }

  async #page(query: ListQuery, options: CallOptions | undefined): Promise<ServicePage> {
    const page = await this.#transport.call('listServices', { query: { ...query, featureType: 'services' } }, options)
    return 'services' in page ? page : asServicePage(page)
  }

  /**
   * Deletes a service.
   *
   * @example
   * await client.services.deleteService(id)
   */
  deleteService(serviceId: string, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('deleteService', { params: { serviceId } }, options)
  }

  /**
   * Stops all instances of a service. What is changed meanwhile is deployed when it is started.
   *
   * @example
   * await client.services.stopService(id)
   */
  stopService(serviceId: string, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('stopService', { params: { serviceId } }, options)
  }

  /**
   * Starts a service that was stopped; one that runs stays as it is.
   *
   * @example
   * await client.services.startService(id)
   */
  startService(serviceId: string, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('startService', { params: { serviceId } }, options)
  }

  /**
   * Replaces the instances of a service by new ones of the same specification, without a gap in its service.
   *
   * @example
   * await client.services.restartService(id)
   * await client.services.waitForService(id)
   */
  restartService(serviceId: string, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('restartService', { params: { serviceId } }, options)
  }

  /**
   * Lists when and why a service that scales to zero was woken, and how long it took; the newest first.
   *
   * @example
   * const latest = await client.services.listWakes(id).all({ limit: 10 })
   */
  listWakes(serviceId: string, query: ListWakesQuery = {}, options?: CallOptions): List<ServiceWake, WakePage> {
    const params = { serviceId }
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listWakes', { params, query: { ...query, pageNumber } }, options),
      ({ wakes }) => wakes,
    )
  }

  /**
   * Lists the domains under which a service answers, or will once they are proven, beside its own host.
   *
   * @example
   * const { domains } = await client.services.listServiceDomains(id)
   */
  listServiceDomains(serviceId: string, options?: CallOptions): Promise<ServiceDomains> {
    return this.#transport.call('listServiceDomains', { params: { serviceId } }, options)
  }

  /**
   * Has a service answer under a domain as soon as its `record` is in the DNS of the domain; at most 20 per service.
   *
   * @param domain - a host name, in any letters, without scheme, port or path.
   * @throws ConflictError when the service has the domain already, or 20 of them.
   * @example
   * const { record } = await client.services.addServiceDomain(id, 'forecast.example.com')
   * console.log(`add to DNS: ${record.name} ${record.type} ${record.value}`)
   */
  addServiceDomain(serviceId: string, domain: string, options?: CallOptions): Promise<ServiceDomain> {
    return this.#transport.call('addServiceDomain', { params: { serviceId }, body: { domain } }, options)
  }

  /**
   * Looks for the proof of a domain now, also when that was given up after a week. Answers before it has looked.
   *
   * @example
   * await client.services.verifyServiceDomain(id, 'forecast.example.com')
   */
  verifyServiceDomain(serviceId: string, domain: string, options?: CallOptions): Promise<ServiceDomain> {
    return this.#transport.call('verifyServiceDomain', { params: { serviceId, domain } }, options)
  }

  /**
   * Takes a domain away from a service, which no longer answers under it.
   *
   * @example
   * await client.services.removeServiceDomain(id, 'forecast.example.com')
   */
  async removeServiceDomain(serviceId: string, domain: string, options?: CallOptions): Promise<void> {
    await this.#transport.call('removeServiceDomain', { params: { serviceId, domain } }, options)
  }

  /**
   * What a service used and was asked for, over the last hour unless told otherwise; it is kept for a day.
   *
   * @param query - `dateFrom` and `dateTo` in ISO 8601, and `stepSeconds`, what one point stands for: 60 by default, 30 at
   * least; at most 1,440 points.
   * @throws BadRequestError when there would be more points, or `dateFrom` is not before `dateTo`.
   * @example
   * const { points } = await client.services.getServiceMetrics(id, { stepSeconds: 300 })
   * for (const { at, cpuCores, requestsPerSecond, latencyMs } of points) console.log(at, cpuCores, requestsPerSecond, latencyMs?.p99)
   */
  getServiceMetrics(
    serviceId: string,
    query: ServiceMetricsQuery = {},
    options?: CallOptions,
  ): Promise<ServiceMetrics> {
    return this.#transport.call('getServiceMetrics', { params: { serviceId }, query }, options)
  }

  /**
   * Reads a piece of the log of a service: lines of all its instances by time, of those that are gone as well. Empty
   * `logs` means that there is nothing more yet.
   *
   * @param query - `since` in epoch milliseconds; `tail`: begin with the newest lines, so many.
   * @example
   * const { logs, nextToken } = await client.services.getServiceLogs(id, { tail: 100 })
   */
  getServiceLogs(serviceId: string, query: ServiceLogsQuery = {}, options?: CallOptions): Promise<ServiceLogs> {
    return this.#transport.call('getServiceLogs', { params: { serviceId }, query }, options)
  }

  /**
   * Follows the log of a service, through deploys, sleep and stops, until the service is gone; of one instance or
   * revision until that is over.
   *
   * @throws NotFoundError when the service is gone.
   * @example
   * const lines = client.services.followServiceLogs(id, { tail: 10 })
   * for await (const { message, revision } of lines) console.log(revision, message)
   */
  followServiceLogs(
    serviceId: string,
    query: ServiceLogsQuery = {},
    options: WatchOptions = {},
  ): AsyncGenerator<ServiceLogLine> {
    const { nextToken: from, ...filter } = query
    return followLog(
      async (nextToken, call) => {
        const asked = nextToken === undefined ? filter : { ...filter, nextToken }
        const { logs, ended, ...answer } = await this.getServiceLogs(serviceId, asked, call)
        return { lines: logs, nextToken: answer.nextToken, ended }
      },
      { ...options, nextToken: from },
    )
  }

  /**
   * Reads the whole log of a service as a text stream.
   *
   * @example
   * const { stream } = await client.services.downloadServiceLogs(id, { revision: 3 })
   * await writeFile('service.log', stream)
   */
  async downloadServiceLogs(
    serviceId: string,
    query: ServiceLogDownloadQuery = {},
    options?: CallOptions,
  ): Promise<Download> {
    const input = { params: { serviceId }, query }
    const { downloadUrl } = await this.#transport.call('downloadServiceLogs', input, options)
    return this.#transport.openLink(downloadUrl, options ?? {})
  }

  /**
   * Lists the revisions of a service, newest first: what it ran, who changed what, and how each deployment ended.
   *
   * @example
   * for await (const { revision, status, changedFields } of client.services.listServiceRevisions(id)) {
   *   console.log(revision, status, changedFields)
   * }
   */
  listServiceRevisions(
    serviceId: string,
    query: ListServiceRevisionsQuery = {},
    options?: CallOptions,
  ): List<ServiceRevision, ServiceRevisionPage> {
    const page = (pageNumber: number): Promise<ServiceRevisionPage> =>
      this.#transport.call('listServiceRevisions', { params: { serviceId }, query: { ...query, pageNumber } }, options)
    return listOf(query.pageNumber ?? 1, page, ({ revisions }) => revisions)
  }

  /**
   * Deploys what an earlier revision ran, as a new revision.
   *
   * @param revision - one that has served.
   * @example
   * await client.services.rollbackService(id, 3)
   * await client.services.waitForService(id)
   */
  rollbackService(serviceId: string, revision: number, options?: CallOptions): Promise<ServiceId> {
    return this.#transport.call('rollbackService', { params: { serviceId }, body: { revision } }, options)
  }

  /**
   * Sends a request to a service of type `api` and returns what it answered, whatever the status.
   *
   * @param serviceName - the name, not the id.
   * @example
   * const { responseStatus, responseBody } = await client.services.testService('forecast-api', {
   *   httpMethod: 'post', path: '/predict', payload: { months: 3 },
   * })
   */
  testService(
    serviceName: string,
    body: Given<TestServiceBody> = {},
    options?: CallOptions,
  ): Promise<TestServiceResult> {
    return this.#transport.call('testService', { params: { serviceName }, body }, options)
  }

  /**
   * Waits until a service is available. After a change of a service that serves already, a new revision that could not
   * start leaves the old one serving: then `statusReason` says so.
   *
   * @throws UnwantedOutcomeError when it could not be created or is being deleted, with the reason.
   * @example
   * const { url } = await client.services.waitForService(id, { timeoutMs: 300_000 })
   */
  async waitForService(serviceId: string, options: WaitOptions = {}): Promise<ServiceDetails> {
    const what = `service ${serviceId}`
    const service = await waitUntil(
      what,
      (call) => this.describeService(serviceId, call),
      ({ status }) => !changingStatuses.includes(status),
      options,
    )
    if (service.status === 'AVAILABLE') return service
    throw new UnwantedOutcomeError(what, { status: service.status, reason: service.statusReason })
  }
}

function itemsOf(page: ServicePage): readonly ServiceSummary[] {
  return page.services
}

function asServicePage({ webapps, webappsCount, ...keys }: WebappPage): ServicePage {
  return { ...keys, services: webapps, servicesCount: webappsCount }
}
