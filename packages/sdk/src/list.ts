/** The keys of a page that paging needs. */
interface PageKeys {
  readonly pageCount: number
}

/**
 * A list on the server. Nothing is asked for until it is read; each reading starts anew.
 *
 * @example
 * for await (const image of client.images.listImages({ searchTerm: 'forecast' })) console.log(image.name)
 * const names = (await client.images.listImages().all({ limit: 50 })).map(({ name }) => name)
 */
export interface List<Item, Page> extends AsyncIterable<Item> {
  /**
   * Whole pages with their totals, from the page asked for (the first by default) to the last.
   *
   * @example
   * for await (const { imageCount } of client.images.listImages().pages()) console.log(imageCount)
   */
  pages(): AsyncIterable<Page>
  /**
   * Every item in one array, or the first `limit` of them; no page is read that is not needed.
   *
   * @example
   * const newest = await client.images.listImages().all({ limit: 10 })
   */
  all(options?: { readonly limit?: number | undefined }): Promise<Item[]>
  /**
   * The first item; null when the list is empty. Reads one page.
   *
   * @example
   * const image = await client.images.listImages({ searchTerm: 'forecast' }).first()
   */
  first(): Promise<Item | null>
}

/**
 * @param firstPage - number of the page to start with.
 * @param read - reads the page of a number.
 */
export function listOf<Item, Page extends PageKeys>(
  firstPage: number,
  read: (pageNumber: number) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
): List<Item, Page> {
  async function* pages(): AsyncGenerator<Page> {
    for (let pageNumber = firstPage, pageCount = firstPage; pageNumber <= pageCount; pageNumber += 1) {
      const page = await read(pageNumber)
      pageCount = page.pageCount
      yield page
    }
  }
  async function* items(): AsyncGenerator<Item> {
    for await (const page of pages()) yield* itemsOf(page)
  }
  async function all({ limit = Infinity }: { readonly limit?: number | undefined } = {}): Promise<Item[]> {
    const found: Item[] = []
    if (limit <= 0) return found
    for await (const item of items()) if (found.push(item) >= limit) break
    return found
  }
  async function first(): Promise<Item | null> {
    const [item = null] = await all({ limit: 1 })
    return item
  }
  return { pages, all, first, [Symbol.asyncIterator]: items }
}
