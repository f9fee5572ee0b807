import { type PageKeys, wireLimits } from '@cairn/contract'
import type { Page, PageRequest } from '@cairn/store'

/** The page that a list query asks for. */
export function pageRequestOf(query: {
  readonly pageSize?: number | undefined
  readonly pageNumber?: number | undefined
}): PageRequest {
  return { pageNumber: query.pageNumber ?? 1, pageSize: query.pageSize ?? wireLimits.defaultPageSize }
}

/** The keys that every page of the API has. An empty list is one page. */
export function pageKeysOf(page: Page<unknown>, request: PageRequest): PageKeys {
  return {
    pageCount: Math.max(1, Math.ceil(page.total / request.pageSize)),
    pageNumber: request.pageNumber,
    pageSize: request.pageSize,
  }
}

const defaultWindowMs = 90 * 24 * 3_600_000
const endOfTime = new Date(8_640_000_000_000)

/**
 * The window of a list by time: the last 90 days, or `lengthMs`, when nothing is said. A date without a time of day as its end means
 * the whole of that day.
 */
export function windowOf(
  query: { readonly dateFrom?: string | undefined; readonly dateTo?: string | undefined },
  now: number,
  lengthMs = defaultWindowMs,
): { readonly from: Date; readonly to: Date } {
  const to = query.dateTo === undefined ? endOfTime : endOf(query.dateTo)
  const from = query.dateFrom === undefined ? new Date(Math.min(now, to.getTime()) - lengthMs) : atUtc(query.dateFrom)
  return { from, to }
}

const dayMs = 24 * 3_600_000

/** The window of a list of what is to come: the next seven days when nothing is said. Dates as in {@link windowOf}. */
export function comingWindowOf(
  query: { readonly dateFrom?: string | undefined; readonly dateTo?: string | undefined },
  now: number,
): { readonly from: Date; readonly to: Date } {
  const from = query.dateFrom === undefined ? new Date(now) : atUtc(query.dateFrom)
  return { from, to: query.dateTo === undefined ? new Date(from.getTime() + 7 * dayMs) : endOf(query.dateTo) }
}

function endOf(text: string): Date {
  const start = atUtc(text)
  return text.length === '2026-01-31'.length ? new Date(start.getTime() + dayMs - 1) : start
}

/** Without an offset a time is UTC. */
function atUtc(text: string): Date {
  const hasOffset = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) && text.includes(':')
  return new Date(hasOffset || text.length === '2026-01-31'.length ? text : `${text}Z`)
}

/** `count` of a list: -1 and absence mean all. */
export function newestOf(count: number | undefined): number | null {
  return count === undefined || count < 0 ? null : count
}
