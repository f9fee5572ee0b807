/** Which request headers an http step may set. Checked when a workflow is written and again with values filled in. */

/** They steer the connection, not the request; the client sets those that it needs. */
const connectionHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/
const longestValue = 16 * 1024

/** The rule that a header breaks, or null. */
export function checkHttpHeader(name: string, value: string): string | null {
  if (!tokenPattern.test(name)) return 'a header name has letters, digits and -'
  if (connectionHeaders.has(name.toLowerCase())) return 'is set by Cairn and cannot be given'
  if (/[\r\n\0]/.test(value)) return 'must not hold a line break or a NUL character'
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return 'must hold Latin-1 characters only'
  return value.length > longestValue ? `has at most ${longestValue} characters` : null
}
