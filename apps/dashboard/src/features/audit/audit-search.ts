/** What the page of the audit log keeps in the URL. */
export interface AuditSearch {
  /** E-mail. */
  readonly user?: string
  readonly kind?: string
  readonly result?: 'done' | 'refused'
  readonly page?: number
}

/** For `validateSearch` of the route. */
export function readAuditSearch(search: Readonly<Record<string, unknown>>): AuditSearch {
  const { user, kind, result, page } = search
  return {
    ...(typeof user === 'string' && user !== '' && { user }),
    ...(typeof kind === 'string' && kind !== '' && { kind }),
    ...((result === 'done' || result === 'refused') && { result }),
    ...(typeof page === 'number' && Number.isInteger(page) && page > 1 && { page }),
  }
}
