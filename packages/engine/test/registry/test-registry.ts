import type { RegistrySettings } from '../../src/registry/registry-settings.ts'

export const testRegistry: RegistrySettings = {
  address: 'registry.test/team',
  scheme: 'https',
  login: { username: 'cairn', password: 'canary-password' },
  authorities: null,
}
