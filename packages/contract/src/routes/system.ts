import type { Route } from '../route.ts'
import { SystemHealth, SystemReport } from '../schemas/system-report.ts'
import { BackupPage, ListBackupsQuery, QueuedBackup } from '../schemas/backup.ts'

/** What the installation itself does. */
export const systemRoutes = {
  getSystemHealth: {
    method: 'GET',
    path: '/system/api/v1/health',
    summary: 'Whether the installation works: its version, how many engines are alive, live runs',
    tag: 'System',
    auth: 'token',
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: SystemHealth },
    errors: [],
    added: true,
  },
  getSystemReport: {
    method: 'GET',
    path: '/system/api/v1/report',
    summary: 'State of the installation: database, engines, queue, live runs',
    tag: 'System',
    auth: 'token',
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: SystemReport },
    errors: [],
    added: true,
  },
  listBackups: {
    method: 'GET',
    path: '/system/api/v1/backups',
    summary: 'List the backups of the installation, newest first',
    tag: 'System',
    auth: 'token',
    query: ListBackupsQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: BackupPage },
    errors: ['invalid_request'],
    added: true,
  },
  makeBackup: {
    method: 'POST',
    path: '/system/api/v1/backups',
    summary: 'Make a backup now',
    tag: 'System',
    auth: 'token',
    bodyKind: 'none',
    response: { kind: 'json', status: 202, schema: QueuedBackup },
    errors: ['conflict'],
    added: true,
  },
} as const satisfies Record<string, Route>
