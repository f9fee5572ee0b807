/** The keys of a page that paging needs. */
interface PageKeys {
  readonly pageCount: number
}

/**
 * A list on the server. Nothing is asked for until it is read; each reading starts anew.
 *
 * @example
 * for await (const image of client.images.listImages({ searchTerm: 'forecast' })) console.log(image.name)
 * const names = (await client.images.listImages().all()).map(({ name }) => name)
 */
export interface List<Item, Page> extends AsyncIterable<Item> {
  /** Whole pages with their totals, from the page asked for (the first by default) to the last. */
  pages(): AsyncIterable<Page>
  /** Every item in one array. */
  all(): Promise<Item[]>
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
  async function all(): Promise<Item[]> {
    const found: Item[] = []
    for await (const item of items()) found.push(item)
    return found
  }
  return { pages, all, [Symbol.asyncIterator]: items }
}
