/** Settings of TLS; part of the table in settings.ts. */
import { integer, optional } from './setting-kinds.ts'

const anyPath = (): null => null

export const tlsSettings = {
  tlsCert: optional(
    {
      name: 'CAIRN_TLS_CERT',
      default: 'none',
      unit: null,
      doc: 'File with the certificate chain (PEM) under which the server speaks https on its port; it has to cover the domain of services and *.<domain>. Read again when it changes. Needs CAIRN_TLS_KEY.',
    },
    anyPath,
  ),
  tlsKey: optional(
    { name: 'CAIRN_TLS_KEY', default: 'none', unit: null, doc: 'File with the key (PEM) of the certificate.' },
    anyPath,
  ),
  tlsDirectory: optional(
    {
      name: 'CAIRN_TLS_DIRECTORY',
      default: 'none',
      unit: null,
      doc: 'Directory with the certificates of domains of services: <domain>.crt (chain, PEM) and <domain>.key. Looked at again every 10 s. Needs CAIRN_TLS_CERT, which serves every other name.',
    },
    anyPath,
  ),
  httpRedirectPort: integer(
    {
      name: 'CAIRN_HTTP_REDIRECT_PORT',
      default: '0',
      unit: 'port',
      doc: 'Port on which plain http is redirected to https, e.g. 80. 0 = none. Only with CAIRN_TLS_CERT.',
    },
    { least: 0, most: 65_535 },
  ),
}
