import { expect, test } from 'vitest'
import { ConfigError, readConfig, unknownSettings } from './config.ts'

test('without any variable every setting has its default', () => {
  expect(readConfig({}, '/srv')).toEqual({
    host: '127.0.0.1',
    allowedOrigins: [],
    backupDirectory: null,
    backupKeep: 7,
    backupProof: 'on',
    backupSchedule: '0 2 * * *',
    auditDays: 365,
    dnsServers: [],
    vouchedDomains: [],
    freezeAfterSeconds: 300,
    sleepAfterSeconds: 900,
    wakeTimeoutSeconds: 60,
    mostWakeWaiting: 2000,
    scaleDownAfterSeconds: 60,
    port: 7420,
    roles: ['api', 'engine', 'gateway'],
    dataDirectory: '/srv/.cairn/data',
    databaseUrl: null,
    warehouseUrl: null,
    dockerHost: null,
    domain: null,
    publicUrl: null,
    adminToken: null,
    logLevel: 'info',
    secretKeyFile: null,
    maxUploadBytes: 536_870_912,
    rateLimitPerSecond: 1000,
    maxDatabaseConnections: 20,
    tenantBuilds: 1,
    mostBuilds: 4,
    buildDeadlineSeconds: 1800,
    keptContextBytes: 4 * 1024 ** 3,
    buildCpus: null,
    buildMemoryBytes: null,
    mostLiveRuns: 10,
    mostHeldStarts: 16,
    mostInstances: 2,
    serviceLogDays: 14,
    serviceLogBytes: 268_435_456,
    mostWaitingRuns: 100,
    leastScheduleSeconds: 1,
    scheduleGraceSeconds: 3600,
    egressAllow: [],
    smtpUrl: null,
    mailFrom: null,
    mailDomains: [],
    diskKeepFreeBytes: 2_147_483_648,
    buildCacheBytes: 21_474_836_480,
    unusedImageDays: 30,
    tlsCert: null,
    tlsKey: null,
    tlsDirectory: null,
    httpRedirectPort: 0,
    registry: null,
    oidcIssuer: null,
    oidcClientId: null,
    oidcClientSecretFile: null,
    oidcName: null,
    oidcTenant: 'default',
    oidcRoleClaim: 'groups',
    oidcRoles: null,
    registryUser: null,
    registryPassword: null,
    registryAuthorities: null,
    retentionDays: 90,
  })
})

test('variables replace defaults, and empty ones count as absent', () => {
  const config = readConfig(
    {
      CAIRN_PORT: '8080',
      CAIRN_ROLES: 'gateway, api',
      CAIRN_DATA_DIR: '/data',
      CAIRN_EGRESS_ALLOW: 'a, ::1,',
      CAIRN_DOMAIN: '',
    },
    '/srv',
  )
  expect(config).toMatchObject({ port: 8080, roles: ['api', 'gateway'], egressAllow: ['a', '::1'], domain: null })
})

test('an absolute data directory is taken as it is', () => {
  expect(readConfig({ CAIRN_DATA_DIR: '/data' }, '/srv').dataDirectory).toBe('/data')
})

test('every broken variable is named with its rule', () => {
  const read = () =>
    readConfig(
      {
        CAIRN_PORT: '70000',
        CAIRN_ROLES: 'api,cook',
        CAIRN_ADMIN_TOKEN: 'short',
        CAIRN_DATABASE_URL: 'mysql://x',
        CAIRN_SMTP_URL: 'mail.example.com',
        CAIRN_MAIL_FROM: 'Cairn <a@b.c>\r\nBcc: <x@y.z>',
      },
      '/srv',
    )
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(/CAIRN_PORT: must be a whole number from 0 to 65535/)
  expect(read).toThrow(/CAIRN_ROLES: must be a comma-separated list of api, engine, gateway/)
  expect(read).toThrow(/CAIRN_ADMIN_TOKEN: must have at least 16 characters/)
  expect(read).toThrow(/CAIRN_DATABASE_URL: must be an address/)
  expect(read).toThrow(/CAIRN_SMTP_URL: must be an address/)
  expect(read).toThrow(/CAIRN_MAIL_FROM: must be an e-mail address/)
})

test.each([
  ['registry.example.com/team/a', { scheme: 'https', address: 'registry.example.com/team/a' }],
  ['https://registry.example.com:5000', { scheme: 'https', address: 'registry.example.com:5000' }],
  ['127.0.0.1:5000', { scheme: 'http', address: '127.0.0.1:5000' }],
  ['https://localhost:5000/x', { scheme: 'https', address: 'localhost:5000/x' }],
])('a registry at %s is spoken to by https unless it is on this machine', (text, registry) => {
  expect(readConfig({ CAIRN_REGISTRY: text }, '/srv').registry).toEqual(registry)
})

test.each([
  'http://registry.example.com',
  'ftp://x',
  'Registry.example.com',
  'a.b/c/',
  'user:password@x.y',
  '-.x',
  'team/x',
])('a registry at %s is refused', (text) => {
  expect(() => readConfig({ CAIRN_REGISTRY: text }, '/srv')).toThrow(/CAIRN_REGISTRY: must/)
})

test('variables that look like settings are told apart from those of clients and tests', () => {
  const environment = { CAIRN_PROT: '1', CAIRN_PORT: '1', CAIRN_URL: 'x', CAIRN_TEST_DATABASE_URL: 'y', HOME: '/' }
  expect(unknownSettings(environment)).toEqual(['CAIRN_PROT'])
})
