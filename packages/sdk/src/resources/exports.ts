import type { ExportFile, ExportPage, ListExportsQuery } from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions, Download } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** Files that export steps wrote. Got from `createClient().exports`. */
export class Exports {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Lists files, newest first.
   *
   * @example
   * const [file] = await client.exports.listExports({ executionId }).all()
   */
  listExports(query: ListExportsQuery = {}, options?: CallOptions): List<ExportFile, ExportPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listExports', { query: { ...query, pageNumber } }, options),
      ({ exports }) => exports,
    )
  }

  /**
   * A file as a stream.
   *
   * @example
   * const { stream } = await client.exports.downloadExport(file.id)
   * await writeFile('sales.csv', stream)
   */
  downloadExport(exportId: string, options?: CallOptions): Promise<Download> {
    return this.#transport.call('downloadExport', { params: { exportId } }, options)
  }
}
