/** What an operator can do about a port that cannot be opened. Pure. */

interface ListenError extends Error {
  readonly code: string
  readonly address: string
  readonly port: number
}

function isListenError(error: Error): error is ListenError {
  return 'syscall' in error && error.syscall === 'listen' && 'code' in error && 'port' in error
}

const advice: Readonly<Record<string, (place: string) => string>> = {
  EADDRINUSE: (place) =>
    `${place} is taken by another program, perhaps another Cairn. Stop that one, or give this one another port: CAIRN_PORT=7421`,
  EACCES: (place) =>
    `${place} may not be opened by this user: ports below 1024 need a right. Give another port (CAIRN_PORT) and put a proxy in front`,
  EADDRNOTAVAIL: (place) =>
    `${place} is no address of this machine: CAIRN_HOST takes one of its own, or 0.0.0.0 for all`,
}

/** Null when the error is another one. */
export function describeListenFailure(error: Error): string | null {
  if (!isListenError(error)) return null
  return advice[error.code]?.(`${error.address}:${error.port}`) ?? error.message
}
