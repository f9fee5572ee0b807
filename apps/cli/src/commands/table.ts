/**
 * Every command, in the order of help and docs. A command is a file in the folder of its group, loaded when it is run.
 */
import type { Command } from '../grammar/command.ts'

export interface CommandEntry {
  /** The words behind `cairn`, e.g. `images list`. */
  readonly path: string
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

export interface Group {
  /** Empty for commands of one word. */
  readonly name: string
  readonly summary: string
  readonly commands: readonly CommandEntry[]
}

type Row = readonly [name: string, summary: string, load: CommandEntry['load']]

function group(name: string, summary: string, rows: readonly Row[]): Group {
  return {
    name,
    summary,
    commands: rows.map(([word, text, load]) => ({ path: name === '' ? word : `${name} ${word}`, summary: text, load })),
  }
}

export const groups: readonly Group[] = [
  group('images', 'Images, their versions and builds.', [
    ['create', 'Create an image and build its first version.', () => import('./images/create.ts')],
    ['create-version', 'Create a version of an image and build it.', () => import('./images/create-version.ts')],
    [
      'create-or-update',
      'Create an image or a version, or update the version.',
      () => import('./images/create-or-update.ts'),
    ],
    [
      'update-version',
      'Change a version that is not ready and build it again.',
      () => import('./images/update-version.ts'),
    ],
    ['list', 'List images.', () => import('./images/list.ts')],
    ['list-versions', 'List the versions of an image.', () => import('./images/list-versions.ts')],
    ['describe', 'Describe an image.', () => import('./images/describe.ts')],
    ['describe-version', 'Describe a version of an image.', () => import('./images/describe-version.ts')],
    ['delete', 'Delete an image with all versions.', () => import('./images/delete.ts')],
    ['delete-version', 'Delete a version.', () => import('./images/delete-version.ts')],
    ['delete-versions', 'Delete several versions.', () => import('./images/delete-versions.ts')],
    ['list-builds', 'List the builds of an image.', () => import('./images/list-builds.ts')],
    ['get-build-logs', 'Read, follow or save the log of a build.', () => import('./images/get-build-logs.ts')],
    ['logs', 'Print the log of a build.', () => import('./images/logs.ts')],
    ['build-version', 'Build a version as it stands.', () => import('./images/build-version.ts')],
    ['stop-build', 'Stop a build.', () => import('./images/stop-build.ts')],
    ['set-tags', 'Set the tags of a version.', () => import('./images/set-tags.ts')],
    ['download-sbom', 'Save the list of packages of a version.', () => import('./images/download-sbom.ts')],
  ]),
  group('workflows', 'Workflows and their runs.', [
    ['create', 'Create a workflow.', () => import('./workflows/create.ts')],
    ['update', 'Replace a workflow.', () => import('./workflows/update.ts')],
    [
      'create-or-update',
      'Create a workflow, or replace the one of its name.',
      () => import('./workflows/create-or-update.ts'),
    ],
    ['patch', 'Change parts of a workflow.', () => import('./workflows/patch.ts')],
    ['list', 'List workflows.', () => import('./workflows/list.ts')],
    ['describe', 'Describe a workflow.', () => import('./workflows/describe.ts')],
    ['pause', 'Pause the schedules of a workflow.', () => import('./workflows/pause.ts')],
    ['resume', 'Resume the schedules of a workflow.', () => import('./workflows/resume.ts')],
    ['history', 'List what a workflow was and what changed.', () => import('./workflows/history.ts')],
    ['restore', 'Make a workflow what it was before.', () => import('./workflows/restore.ts')],
    ['delete', 'Delete a workflow.', () => import('./workflows/delete.ts')],
    ['execute', 'Start a run by a file.', () => import('./workflows/execute.ts')],
    ['list-resources', 'List the instance types of steps.', () => import('./workflows/list-resources.ts')],
    [
      'list-default-resources',
      'Show the resources of a step that names none.',
      () => import('./workflows/list-default-resources.ts'),
    ],
    ['list-executions', 'List the runs of a workflow.', () => import('./workflows/list-executions.ts')],
    ['get-execution-details', 'Describe a run and its steps.', () => import('./workflows/get-execution-details.ts')],
    [
      'get-execution-logs',
      'Read, follow or save the log of a step.',
      () => import('./workflows/get-execution-logs.ts'),
    ],
    ['run', 'Start a run with parameters and steps as options.', () => import('./workflows/run.ts')],
    ['stop', 'Stop a run.', () => import('./workflows/stop.ts')],
    ['retry', 'Run again what has ended.', () => import('./workflows/retry.ts')],
    ['logs', 'Print the log of a run or of a step.', () => import('./workflows/logs.ts')],
    ['calendar', 'Tell when schedules fire.', () => import('./workflows/calendar.ts')],
    ['past-firings', 'Tell what became of the times of schedules.', () => import('./workflows/past-firings.ts')],
    ['schedule-history', 'List what became of schedules.', () => import('./workflows/schedule-history.ts')],
    ['test-watcher', 'Send a watcher a test notification.', () => import('./workflows/test-watcher.ts')],
  ]),
  group('services', 'Services: web apps, APIs and Shiny apps.', [
    ['create', 'Create a service and deploy it.', () => import('./services/create.ts')],
    ['update', 'Change a service.', () => import('./services/update.ts')],
    [
      'create-or-update',
      'Create a service, or change the one of its name.',
      () => import('./services/create-or-update.ts'),
    ],
    ['list', 'List services.', () => import('./services/list.ts')],
    ['describe', 'Describe a service.', () => import('./services/describe.ts')],
    ['delete', 'Delete a service.', () => import('./services/delete.ts')],
    ['test', 'Send a request to a service of type api.', () => import('./services/test.ts')],
    ['restart', 'Replace the instances of a service.', () => import('./services/restart.ts')],
    ['stop', 'Stop a service.', () => import('./services/stop.ts')],
    ['start', 'Start a service that was stopped.', () => import('./services/start.ts')],
    ['rollback', 'Deploy what an earlier revision ran.', () => import('./services/rollback.ts')],
    ['history', 'List the revisions of a service.', () => import('./services/history.ts')],
    ['open', 'Open a service in the browser.', () => import('./services/open.ts')],
    ['logs', 'Print the log of a service.', () => import('./services/logs.ts')],
    ['metrics', 'Show what a service used and was asked for.', () => import('./services/metrics.ts')],
    ['limits', 'Show or change how far requests may go.', () => import('./services/limits.ts')],
    ['wakes', 'List when a service was woken.', () => import('./services/wakes.ts')],
  ]),
  group('domains', 'Domains under which services answer.', [
    ['list', 'List the domains of a service and the records that prove them.', () => import('./domains/list.ts')],
    ['add', 'Have a service answer under a domain.', () => import('./domains/add.ts')],
    ['verify', 'Look for the proof of a domain now.', () => import('./domains/verify.ts')],
    ['rm', 'Take a domain away from a service.', () => import('./domains/rm.ts')],
  ]),
  group('webapps', 'The older name of services of type web-app.', [
    ['create', 'Create a web app and deploy it.', () => import('./webapps/create.ts')],
    ['update', 'Change a web app.', () => import('./webapps/update.ts')],
    [
      'create-or-update',
      'Create a web app, or change the one of its name.',
      () => import('./webapps/create-or-update.ts'),
    ],
    ['list', 'List web apps.', () => import('./webapps/list.ts')],
    ['describe', 'Describe a web app.', () => import('./webapps/describe.ts')],
    ['delete', 'Delete a web app.', () => import('./webapps/delete.ts')],
  ]),
  group('artifacts', 'Zipped code, kept by version.', [
    ['create', 'Create an artifact from a folder.', () => import('./artifacts/create.ts')],
    ['create-version', 'Create a version of an artifact from a folder.', () => import('./artifacts/create-version.ts')],
    ['list', 'List artifacts.', () => import('./artifacts/list.ts')],
    ['describe', 'Describe an artifact and its versions.', () => import('./artifacts/describe.ts')],
    ['files', 'List the files of a version.', () => import('./artifacts/files.ts')],
    ['update-metadata', 'Change name or description of an artifact.', () => import('./artifacts/update-metadata.ts')],
    ['download', 'Download a version as a zip.', () => import('./artifacts/download.ts')],
    ['delete', 'Delete an artifact.', () => import('./artifacts/delete.ts')],
    ['delete-version', 'Delete a version.', () => import('./artifacts/delete-version.ts')],
  ]),
  group('secrets', 'Values that steps, builds and services are given by name.', [
    ['list', 'List secrets, without values.', () => import('./secrets/list.ts')],
    ['set', 'Create a secret, or give it another value.', () => import('./secrets/set.ts')],
    ['rm', 'Delete a secret.', () => import('./secrets/rm.ts')],
  ]),
  group('queries', 'Texts that sql steps run, by path.', [
    ['list', 'List queries.', () => import('./queries/list.ts')],
    ['list-versions', 'List the versions of a query.', () => import('./queries/list-versions.ts')],
    ['get', 'Print the text of a query.', () => import('./queries/get.ts')],
    ['put', 'Store the text of a query.', () => import('./queries/put.ts')],
    ['run', 'Run a query and print its first rows.', () => import('./queries/run.ts')],
    ['rm', 'Delete a query.', () => import('./queries/rm.ts')],
  ]),
  group('exports', 'Files that export steps wrote.', [
    ['list', 'List files.', () => import('./exports/list.ts')],
    ['download', 'Save a file.', () => import('./exports/download.ts')],
  ]),
  group('deliveries', 'What watchers of workflows were told.', [
    ['list', 'List deliveries.', () => import('./deliveries/list.ts')],
    ['describe', 'Describe a delivery and its attempts.', () => import('./deliveries/describe.ts')],
    ['redeliver', 'Deliver again.', () => import('./deliveries/redeliver.ts')],
  ]),
  group('inbox', 'What watchers told you.', [
    ['list', 'List entries.', () => import('./inbox/list.ts')],
    ['read', 'Mark an entry, or all, as read.', () => import('./inbox/read.ts')],
  ]),
  group('system', 'The installation.', [
    ['health', 'Show whether the installation works.', () => import('./system/health.ts')],
    ['report', 'Show the state of the installation.', () => import('./system/report.ts')],
    ['disk', 'Show what takes the disk.', () => import('./system/disk.ts')],
    ['backups', 'List backups.', () => import('./system/backups.ts')],
    ['backup', 'Make a backup.', () => import('./system/backup.ts')],
  ]),
  group('tenants', 'What the tenant has at its disposal.', [
    ['list-instance-options', 'List instance types.', () => import('./tenants/list-instance-options.ts')],
    ['get-credentials', 'Print the credentials of a warehouse.', () => import('./tenants/get-credentials.ts')],
    ['list-warehouses', 'List warehouses.', () => import('./tenants/list-warehouses.ts')],
  ]),
  group('users', 'Users of the tenant and their roles.', [
    ['list', 'List users.', () => import('./users/list.ts')],
    ['describe', 'Describe a user.', () => import('./users/describe.ts')],
    ['invite', 'Add a user.', () => import('./users/invite.ts')],
    ['renew-invitation', 'Print another link that sets the password.', () => import('./users/renew-invitation.ts')],
    ['role', 'Change the role of a user.', () => import('./users/role.ts')],
    ['disable', 'Keep a user out.', () => import('./users/disable.ts')],
    ['enable', 'Let a user in again.', () => import('./users/enable.ts')],
    ['delete', 'Delete a user.', () => import('./users/delete.ts')],
    ['check-permission', 'Tell whether the user may do something.', () => import('./users/check-permission.ts')],
  ]),
  group('tokens', 'Tokens of the API.', [
    ['list', 'List tokens, without values.', () => import('./tokens/list.ts')],
    ['create', 'Make a token.', () => import('./tokens/create.ts')],
    ['revoke', 'Revoke a token.', () => import('./tokens/revoke.ts')],
  ]),
  group('contexts', 'Named servers, made by `cairn login`.', [
    ['list', 'List the contexts.', () => import('./contexts/list.ts')],
    ['use', 'Use a context from now on.', () => import('./contexts/use.ts')],
    ['rm', 'Forget a context.', () => import('./contexts/rm.ts')],
  ]),
  group('', '', [
    ['login', 'Keep address and token of a server as a context.', () => import('./login.ts')],
    ['server', 'Start the platform.', () => import('./server.ts')],
    ['whoami', 'Tell which server and tenant commands talk to.', () => import('./whoami.ts')],
    ['audit', 'List or save who changed what.', () => import('./audit.ts')],
    ['run', 'Start a run of a workflow.', () => import('./workflows/run.ts')],
    ['stop', 'Stop a run of a workflow.', () => import('./workflows/stop.ts')],
    ['retry', 'Run again what has ended.', () => import('./workflows/retry.ts')],
    ['completion', 'Print a script that completes command lines.', () => import('./completion.ts')],
    ['doctor', 'Look at what is needed, and say what to do.', () => import('./doctor.ts')],
    ['init', 'Write files to begin with.', () => import('./init.ts')],
    ['schema', 'Print the JSON Schema of a file, for editors.', () => import('./schema.ts')],
    ['plan', 'Say what apply would do, and what follows from it.', () => import('./apply/plan.ts')],
    ['apply', 'Bring the server to what files say.', () => import('./apply/apply.ts')],
    ['export', 'Print a thing of the server as a file for apply.', () => import('./apply/export.ts')],
    ['render', 'Print what a template comes out as.', () => import('./render.ts')],
  ]),
]
