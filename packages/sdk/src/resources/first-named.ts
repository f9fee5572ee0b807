/** The first item of a list that has exactly this name. */
export async function firstNamed<Item extends { readonly name: string }>(
  list: AsyncIterable<Item>,
  name: string,
): Promise<Item | null> {
  for await (const item of list) if (item.name === name) return item
  return null
}
