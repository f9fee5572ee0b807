import { type Static, type TProperties, Type } from 'typebox'
import { wireLimits } from './bounds.ts'

/** Query of every list. Pages are counted from 1. */
export const pageQuery = {
  pageSize: Type.Optional(
    Type.Integer({ minimum: 1, maximum: wireLimits.pageSize, default: wireLimits.defaultPageSize }),
  ),
  pageNumber: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000, default: 1 })),
}

/** Keys of every page, present also when the list is empty. `pageCount` is at least 1. */
const PageKeys = Type.Object({ pageCount: Type.Integer(), pageNumber: Type.Integer(), pageSize: Type.Integer() })
export type PageKeys = Static<typeof PageKeys>

/**
 * A page: the list under its own key, the total, and the page keys.
 *
 * @example
 * pageOf({ images: Type.Array(Image), imageCount: Type.Integer() })
 */
export function pageOf<Properties extends TProperties>(properties: Properties) {
  return Type.Object({ ...properties, ...PageKeys.properties })
}
