/** A record's own field. Names come from users: `constructor` is a valid one and must not find what objects inherit. */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
