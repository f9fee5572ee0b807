/** What is asked for, or null when there is no such thing. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') return null
    throw error
  }
}

/** The item of exactly this name, or null. */
export async function named<Item extends { readonly name: string }>(
  list: AsyncIterable<Item>,
  name: string,
): Promise<Item | null> {
  for await (const item of list) if (item.name === name) return item
  return null
}
