import type {
  ListQueriesQuery,
  QueryContent,
  QueryPage,
  QueryRows,
  QuerySaved,
  QuerySummary,
  QueryVersion,
  QueryVersionPage,
  RunQueryBody,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** The query store: texts that sql steps run, by path. Got from `createClient().queries`. */
export class Queries {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Stores the text of a query as its newest version; the same text again makes none. Runs that start from then on run it.
   *
   * @param path names separated by `/`, as `sqlQueryPath` of a step gives it
   * @param text at most 256 KiB; `{{ name }}` is filled in with a parameter of the step
   * @example
   * const { version } = await client.queries.putQuery('sales/load.sql', 'delete from sales where day = {{ DAY }}')
   */
  putQuery(path: string, text: string, options?: CallOptions): Promise<QuerySaved> {
    return this.#transport.call('putQuery', { body: { path, text } }, options)
  }

  /**
   * Reads a version of a query, the newest when none is given.
   *
   * @example
   * const { text, version } = await client.queries.getQuery('sales/load.sql')
   */
  getQuery(path: string, version?: number, options?: CallOptions): Promise<QueryContent> {
    const query = version === undefined ? { path } : { path, version }
    return this.#transport.call('getQuery', { query }, options)
  }

  /**
   * Runs a query in the tenant's warehouse, as the role that steps work as, and reads its first rows.
   *
   * @param text one query, at most 256 KiB; `{{ name }}` is filled in with a parameter
   * @throws UnprocessableError with the line and the server's words when it cannot be run, or takes longer than its time
   * @example
   * const { columns, rows, isTruncated } = await client.queries.runQuery('select * from sales where day = {{ DAY }}', {
   *   parameters: { DAY: '2026-11-25' },
   *   maxRows: 50,
   * })
   */
  runQuery(text: string, settings: Omit<RunQueryBody, 'text'> = {}, options?: CallOptions): Promise<QueryRows> {
    return this.#transport.call('runQuery', { body: { text, ...settings } }, options)
  }

  /**
   * Deletes a query with all versions. Refused with `conflict` while a workflow uses it; the message says which.
   *
   * @example
   * await client.queries.deleteQuery('sales/load.sql')
   */
  async deleteQuery(path: string, options?: CallOptions): Promise<void> {
    await this.#transport.call('deleteQuery', { query: { path } }, options)
  }

  /**
   * Lists queries by path.
   *
   * @example
   * for await (const { path, version } of client.queries.listQueries({ searchTerm: 'sales/' })) console.log(path, version)
   */
  listQueries(query: ListQueriesQuery = {}, options?: CallOptions): List<QuerySummary, QueryPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listQueries', { query: { ...query, pageNumber } }, options),
      ({ queries }) => queries,
    )
  }

  /**
   * Lists the versions of a query, newest first.
   *
   * @example
   * const versions = await client.queries.listQueryVersions('sales/load.sql').all()
   */
  listQueryVersions(path: string, options?: CallOptions): List<QueryVersion, QueryVersionPage> {
    return listOf(
      1,
      (pageNumber) => this.#transport.call('listQueryVersions', { query: { path, pageNumber } }, options),
      ({ versions }) => versions,
    )
  }
}
