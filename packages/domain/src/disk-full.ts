/** Of the file system, of a quota, and of PostgreSQL. */
const codes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', '53100'])

/** Whether an error of the system or of the database says that there is no room to write. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.has(error.code)
}
