/** Why no answer of a Cairn server came, and what to do about it. */
import { type ExitCode, exitCodes } from './cli-error.ts'

interface ConnectionExplained {
  readonly exitCode: ExitCode
  readonly message: string
  readonly hint: string
}

const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Operations that only read: their names begin so. */
const reading = /^(?:check|describe|download|follow|get|list)[A-Z]/

/** @param error a CairnConnectionError, known by its shape: the program starts without loading the SDK */
export function explainConnection(error: Error, url: string | null): ConnectionExplained {
  const exitCode = exitCodes.failed
  const address = url ?? 'the address'
  const code = codeIn(error)
  const where = 'say where it is: --url, CAIRN_URL or `cairn login`.'
  if (code !== null && untrusted.has(code)) {
    const hint = 'Set NODE_EXTRA_CA_CERTS to the file of the CA that signed it, and use the name that it is for.'
    return { exitCode, message: `The certificate of ${address} is not trusted: ${code}.`, hint }
  }
  if (code?.startsWith('ERR_SSL') === true || code === 'EPROTO') {
    return { exitCode, message: `What answers at ${address} speaks no TLS.`, hint: 'Is its address http://…?' }
  }
  if (Reflect.get(error, 'sent') === false) {
    return {
      exitCode,
      message: `No server answers at ${address}.`,
      hint: `Start one with \`cairn server\`, or ${where}`,
    }
  }
  if (error.message.includes('is not JSON')) {
    return { exitCode, message: `What answers at ${address} is no Cairn server.`, hint: `Then ${where}` }
  }
  const isRead = reading.test(String(Reflect.get(error, 'operation')))
  const hint = isRead
    ? 'Nothing was changed: try again. `cairn doctor` looks at what may be wrong.'
    : 'If it was to change something, it may have done so: look before you repeat it.'
  return { exitCode, message: error.message, hint }
}

/** The code of what lies at the bottom, e.g. `ECONNREFUSED`. */
function codeIn(error: Error): string | null {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 8; depth += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code
    current = current.cause
  }
  return null
}
