/** Settings of the registry that images are pushed to; part of the table in settings.ts. */
import { readFile } from 'node:fs/promises'
import { isThisMachine, type RegistrySettings } from '@cairn/engine'
import { optional, plain, type Setting } from './setting-kinds.ts'

interface RegistryAddress {
  readonly scheme: 'http' | 'https'
  /** Without the scheme. */
  readonly address: string
}

const wantedAddress =
  'must be a host name with a dot or a port, and a path if it has one, in lower case: registry.example.com/cairn'

const address: Setting<RegistryAddress | null> = {
  ...plain({
    name: 'CAIRN_REGISTRY',
    default: 'none',
    unit: null,
    doc: 'OCI registry to which built images are pushed too, and from which an engine pulls what it lacks, e.g. registry.example.com/cairn. Spoken to by https, and by http when it is on this machine; https:// before it says otherwise. Absent: images are on the engine only.',
  }),
  read: (text) => {
    if (text === undefined) return { value: null }
    const [, scheme, host = '', path = ''] =
      /^(?:(https?):\/\/)?([a-z0-9][a-z0-9.-]*(?::\d{1,5})?)((?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*)$/.exec(text) ?? []
    // Engines take a word without a dot or a port for a user of a public registry.
    if (!/[.:]|^localhost$/.test(host)) return { rule: wantedAddress }
    const isNear = isThisMachine(host)
    if (scheme === 'http' && !isNear) return { rule: 'must not begin with http:// unless it is on this machine' }
    return { value: { scheme: scheme === 'https' || !isNear ? 'https' : 'http', address: `${host}${path}` } }
  },
}

export const registrySettings = {
  registry: address,
  registryUser: optional(
    {
      name: 'CAIRN_REGISTRY_USER',
      default: 'none',
      unit: null,
      doc: 'User of the registry. Absent: it asks for none.',
    },
    () => null,
  ),
  registryPassword: {
    ...optional(
      {
        name: 'CAIRN_REGISTRY_PASSWORD',
        default: 'none',
        unit: null,
        doc: 'Password or token of CAIRN_REGISTRY_USER.',
      },
      () => null,
    ),
    isSecret: true,
  },
  registryAuthorities: optional(
    {
      name: 'CAIRN_REGISTRY_CA_FILE',
      default: 'none',
      unit: null,
      doc: 'File with the certificates, as PEM, of the authorities of the registry when it is not a public one. The container engine has to be given them as well.',
    },
    () => null,
  ),
}

/** @throws when the file of authorities cannot be read */
export async function readRegistrySettings(settings: {
  readonly registry: RegistryAddress | null
  readonly registryUser: string | null
  readonly registryPassword: string | null
  readonly registryAuthorities: string | null
}): Promise<RegistrySettings | null> {
  const { registry, registryUser: username, registryPassword: password, registryAuthorities: file } = settings
  if (registry === null) return null
  return {
    ...registry,
    login: username === null ? null : { username, password: password ?? '' },
    authorities: file === null ? null : await readFile(file, 'utf8'),
  }
}
