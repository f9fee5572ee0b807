/** An object without the keys that are undefined, for queries and bodies in which such a key is not allowed. */
export type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

/** @example defined({ status: undefined, pageSize: 3 }) // { pageSize: 3 } */
export function defined<T extends object>(values: T): Defined<T> {
  // The filter takes out exactly what the type takes out.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}
