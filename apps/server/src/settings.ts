/** Every setting of the server, in one table: the parser, `--help` and docs/config.md read it. */
import { resolve } from 'node:path'
import { isMailAddress } from '@cairn/domain'
import { backupSettings } from './backup-settings.ts'
import { buildSettings } from './build-settings.ts'
import { tlsSettings } from './tls-settings.ts'
import { diskSettings } from './disk-settings.ts'
import { scaleSettings } from './scale-settings.ts'
import { domainSettings } from './domain-settings.ts'
import { originSettings } from './origin-settings.ts'
import { serviceSettings } from './service-settings.ts'
import { oidcSettings } from './oidc-settings.ts'
import { registrySettings } from './registry-settings.ts'
import { integer, list, oneOf, optional, plain, type Setting, type SettingContext, splitList } from './setting-kinds.ts'

const roles = ['api', 'engine', 'gateway'] as const

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

function smtpAddress(text: string): string | null {
  return /^smtps?:\/\/[^/]/.test(text) && URL.canParse(text)
    ? null
    : 'must be an address such as smtp://user:password@mail.example.com:587, or smtps://…'
}

function mailSender(text: string): string | null {
  const address = /^(?:[^<>\p{Cc}]{1,128}<([^<>]+)>|([^<>]+))$/u.exec(text)
  return isMailAddress((address?.[1] ?? address?.[2] ?? '').trim())
    ? null
    : 'must be an e-mail address, or a name and an address: Cairn <cairn@example.com>'
}

function postgresUrl(text: string): string | null {
  return /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)
    ? null
    : 'must be an address such as postgres://user:password@host/database'
}

function engineHost(text: string): string | null {
  return /^(?:unix|tcp|http|https):\/\//.test(text) ? null : 'must begin with unix://, tcp://, http:// or https://'
}

function httpUrl(text: string): string | null {
  return /^https?:\/\//.test(text) && URL.canParse(text) ? null : 'must be an http or https URL'
}

function hostName(text: string): string | null {
  return /^[a-z0-9.-]+(?::\d+)?$/i.test(text)
    ? null
    : 'must be a host name, with a port when it is not the standard one'
}

const minTokenLength = 16

export const settings = {
  host: {
    ...plain({
      name: 'CAIRN_HOST',
      default: '127.0.0.1',
      unit: null,
      doc: 'Address to listen on. Give it a certificate (CAIRN_TLS_CERT), or put a proxy that speaks TLS in front, before it is anything but this machine.',
    }),
    read: (text) => ({ value: text ?? '127.0.0.1' }),
  },
  port: integer(
    {
      name: 'CAIRN_PORT',
      default: '7420',
      unit: 'port',
      doc: 'Port of the API and of the services; 0 = any that is free.',
    },
    { least: 0, most: 65_535 },
  ),
  roles: list(
    {
      name: 'CAIRN_ROLES',
      default: roles.join(','),
      unit: null,
      doc: 'What this process does: answer the API, run builds, runs and services, pass traffic to services.',
    },
    roles,
  ),
  dataDirectory: {
    ...plain({
      name: 'CAIRN_DATA_DIR',
      default: '.cairn/data',
      unit: null,
      doc: 'Directory of the embedded database, uploaded archives and keys, relative to where the server starts.',
    }),
    read: (text, context) => ({ value: resolve(context.workingDirectory, text ?? '.cairn/data') }),
  },
  databaseUrl: {
    ...optional(
      {
        name: 'CAIRN_DATABASE_URL',
        default: 'none',
        unit: null,
        doc: 'PostgreSQL to use instead of the embedded one, which then does not start.',
      },
      postgresUrl,
    ),
    isSecret: true,
  },
  warehouseUrl: {
    ...optional(
      {
        name: 'CAIRN_WAREHOUSE_URL',
        default: 'none',
        unit: null,
        doc: 'PostgreSQL server on which each tenant has a database and a role for its sql and export steps; the user may create both. Absent: the server of the database.',
      },
      postgresUrl,
    ),
    isSecret: true,
  },
  dockerHost: optional(
    {
      name: 'CAIRN_DOCKER_HOST',
      default: 'none',
      unit: null,
      doc: 'Container engine, e.g. unix:///var/run/docker.sock. Absent: the first socket of Docker or Podman that answers.',
    },
    engineHost,
  ),
  domain: optional(
    {
      name: 'CAIRN_DOMAIN',
      default: 'localhost:<port>',
      unit: null,
      doc: 'Domain below which services have their host names, with its port. Browsers resolve *.localhost by themselves.',
    },
    hostName,
  ),
  publicUrl: optional(
    {
      name: 'CAIRN_PUBLIC_URL',
      default: 'http://<host>:<port>',
      unit: null,
      doc: 'Where clients reach the API; begins the download links that it hands out and decides the scheme of service URLs. The dashboard is shown there, at addresses, names of one label and localhost, and under no other name.',
    },
    httpUrl,
  ),
  adminToken: {
    ...optional(
      {
        name: 'CAIRN_ADMIN_TOKEN',
        default: 'none',
        unit: null,
        doc: 'Token of the first administrator. Absent: made at the first start and printed once. Only its hash is stored.',
      },
      (text) => (text.length >= minTokenLength ? null : `must have at least ${minTokenLength} characters`),
    ),
    isSecret: true,
  },
  logLevel: oneOf(
    { name: 'CAIRN_LOG_LEVEL', default: 'info', unit: null, doc: 'Least severe log line that is written.' },
    logLevels,
  ),
  secretKeyFile: {
    ...plain({
      name: 'CAIRN_SECRET_KEY_FILE',
      default: '<data directory>/keys/secrets',
      unit: null,
      doc: 'File with the keys that secrets are encrypted under, the same for every server of a database; made at the first start.',
    }),
    read: (text, context) => ({ value: text === undefined ? null : resolve(context.workingDirectory, text) }),
  },
  maxUploadBytes: integer(
    {
      name: 'CAIRN_MAX_UPLOAD_BYTES',
      default: String(512 * 1024 * 1024),
      unit: 'bytes',
      doc: 'Largest archive that may be uploaded; a larger one is answered 413.',
    },
    { least: 1024 * 1024, most: 64 * 1024 ** 3 },
  ),
  rateLimitPerSecond: integer(
    {
      name: 'CAIRN_RATE_LIMIT',
      default: '1000',
      unit: 'requests per second',
      doc: 'Steady rate that one token may keep up, uploads apart; bursts of four seconds of it pass. Beyond: 429.',
    },
    { least: 1, most: 1_000_000 },
  ),
  maxDatabaseConnections: integer(
    {
      name: 'CAIRN_DATABASE_CONNECTIONS',
      default: '20',
      unit: 'connections',
      doc: 'Most connections of this process to the database.',
    },
    { least: 4, most: 1000 },
  ),
  mostLiveRuns: integer(
    {
      name: 'CAIRN_MAX_LIVE_RUNS',
      default: '10',
      unit: 'runs',
      doc: 'Runs of one workflow with concurrent runs that go on beside each other; the same for all servers on a database.',
    },
    { least: 1, most: 100_000 },
  ),
  mostWaitingRuns: integer(
    {
      name: 'CAIRN_MAX_WAITING_RUNS',
      default: '100',
      unit: 'runs',
      doc: 'Runs of one workflow that wait behind the live ones; one more start is answered 429.',
    },
    { least: 0, most: 100_000 },
  ),
  mostHeldStarts: integer(
    {
      name: 'CAIRN_MAX_HELD_STARTS',
      default: '16',
      unit: 'containers',
      doc: 'Containers that wait for the end of the step before theirs, so that the next step starts in milliseconds; each takes some 10 MB of memory. 0 = none.',
    },
    { least: 0, most: 1000 },
  ),
  leastScheduleSeconds: integer(
    {
      name: 'CAIRN_SCHEDULE_MIN_SECONDS',
      default: '1',
      unit: 'seconds',
      doc: 'Least distance between two times of a schedule; workflows whose cron has less are refused.',
    },
    { least: 1, most: 86_400 },
  ),
  scheduleGraceSeconds: integer(
    {
      name: 'CAIRN_SCHEDULE_GRACE_SECONDS',
      default: '3600',
      unit: 'seconds',
      doc: 'How late a scheduled run may start after a time without an engine; of several missed times only the last runs.',
    },
    { least: 0, most: 604_800 },
  ),
  egressAllow: {
    ...plain({
      name: 'CAIRN_EGRESS_ALLOW',
      default: 'none',
      unit: null,
      doc: 'Comma-separated hosts, addresses and CIDR ranges that http steps and webhooks may reach although they are private.',
    }),
    read: (text) => ({ value: splitList(text ?? '') }),
  },
  smtpUrl: {
    ...optional(
      {
        name: 'CAIRN_SMTP_URL',
        default: 'none',
        unit: null,
        doc: 'Mail server for notifications and invitations: smtp:// (with STARTTLS where the server offers it) or smtps://. Absent: no mail is sent, and deliveries by mail fail with that reason. With ?tls.rejectUnauthorized=false its certificate is not checked.',
      },
      smtpAddress,
    ),
    isSecret: true,
  },
  mailFrom: optional(
    {
      name: 'CAIRN_MAIL_FROM',
      default: 'none',
      unit: null,
      doc: 'Sender of mail, e.g. Cairn <cairn@example.com>. Absent: the user of the mail server, or cairn@ its host.',
    },
    mailSender,
  ),
  mailDomains: {
    ...plain({
      name: 'CAIRN_MAIL_DOMAINS',
      default: 'none',
      unit: null,
      doc: 'Comma-separated domains that mail may go to. Absent: any, so whoever may write workflows may have mail sent to anybody.',
    }),
    read: (text) => ({ value: splitList((text ?? '').toLowerCase()) }),
  },
  ...backupSettings,
  ...buildSettings,
  ...diskSettings,
  ...tlsSettings,
  ...originSettings,
  ...domainSettings,
  ...serviceSettings,
  ...registrySettings,
  ...oidcSettings,
  ...scaleSettings,
  auditDays: integer(
    {
      name: 'CAIRN_AUDIT_DAYS',
      default: '365',
      unit: 'days',
      doc: 'How long the audit log is kept.',
    },
    { least: 1, most: 36_500 },
  ),
  retentionDays: integer(
    {
      name: 'CAIRN_RETENTION_DAYS',
      default: '90',
      unit: 'days',
      doc: 'How long deliveries of notifications, inbox entries and records of scheduled times are kept.',
    },
    { least: 1, most: 36_500 },
  ),
} satisfies { readonly [key: string]: Setting<unknown> }

type SettingsTable = typeof settings
type ValueOf<S> = S extends { read(text: string | undefined, context: SettingContext): infer P }
  ? P extends { readonly value: infer T }
    ? T
    : never
  : never

/** The values of all settings, checked. */
export type Settings = { readonly [K in keyof SettingsTable]: ValueOf<SettingsTable[K]> }
