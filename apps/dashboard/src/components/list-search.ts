import { useNavigate, useSearch } from '@tanstack/react-router'

/** What a list keeps in the URL. */
export interface ListSearch {
  /** Part of a name. */
  readonly q?: string
  readonly status?: string
  /** Id of a column; with `-` before it, from the last to the first. */
  readonly sort?: string
}

const keys = ['q', 'status', 'sort'] as const

/** For `validateSearch` of the route of a list. */
export function readListSearch(search: Readonly<Record<string, unknown>>): ListSearch {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = search[key]
      return typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : []
    }),
  )
}

/** The list's part of the URL, and a function that changes some of it; `''` takes a key away. */
export function useListSearch(): readonly [ListSearch, (change: ListSearch) => void] {
  const search = readListSearch(useSearch({ strict: false }))
  const navigate = useNavigate()
  const change = (changed: ListSearch): void => {
    const next = Object.fromEntries(Object.entries({ ...search, ...changed }).filter(([, value]) => value !== ''))
    void navigate({ to: '.', search: next, replace: true })
  }
  return [search, change]
}
