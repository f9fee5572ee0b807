import type { RegistryAccess } from '@cairn/driver'

/** An OCI registry to which built images are pushed, and how it is spoken to. */
export interface RegistrySettings extends RegistryAccess {
  /** Host, port and path before the names of images, without a scheme: `registry.example.com/cairn`. */
  readonly address: string
}

/** For a repository that may be in another registry, which an earlier setting named: that one is not sent the login. */
export function accessTo(registry: RegistrySettings | null, repository: string): RegistryAccess {
  if (registry !== null && repository.startsWith(`${registry.address}/`)) return registry
  const host = repository.slice(0, repository.indexOf('/'))
  return { scheme: isThisMachine(host) ? 'http' : 'https', login: null, authorities: null }
}

/** Whether this host, perhaps with a port, is this machine: container engines speak plain HTTP to no other. */
export function isThisMachine(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3})(?::\d+)?$/.test(host)
}
