/** `cairn plan`, `apply` and `export` against the real server, with one thing of each kind; `cairn doctor`, and completion. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cairnProgram, type Ended, runCairn } from './run-cairn.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

let server: ServerProcess
let folder: string

const cairn = (...args: string[]): Promise<Ended> => cairnWith({}, args)

function cairnWith(env: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ended> {
  return runCairn(args, { folder, server, stdin: '', env: { API_PASSWORD: 'of the warehouse', ...env } })
}

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)

const workflow = (cron: string): string => `kind: workflow
body:
  name: nightly
  triggers:
    - cron: ${cron}
    - webhook: true
  steps:
    load: { type: sql, sqlQueryPath: sales/load.sql }
    train:
      imageName: forecast
      command: "true"
      parents: [load]
      parameters: { env: { MONTHS: "12" }, secrets: [warehouse] }
`

const service = (greeting: string): string => `kind: service
body:
  name: echo
  serviceType: web-app
  imageDetails: { imageName: forecast }
  parameters: { env: { GREETING: ${greeting} } }
`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-apply-'))
  server = await createServerProcess()
  await server.start()
  await cp('tests/e2e/fixtures/echo-service', join(folder, 'app'), { recursive: true })
  await write(
    'image.yaml',
    'body: { name: forecast, type: webapp, buildDetails: { source: upload } }\nartifact: { path: app }\n',
  )
  await write('all.yaml', `${service('hello')}---\n${workflow('0 2 * * *')}`)
  await write(
    'data.yaml',
    'kind: query\nbody: { path: sales/load.sql, text: "select 1;" }\n---\nkind: secret\nbody: { name: warehouse, valueFromEnv: API_PASSWORD }\n',
  )
  await write('code.yaml', 'kind: artifact\nbody: { name: code, description: The code }\nartifact: { path: app }\n')
})
afterAll(async () => {
  await server.dispose()
  await rm(folder, { recursive: true })
})

it('plans a folder before anything is there, makes all of it in its order, and has nothing to do afterwards', async () => {
  const planned = await cairn('plan', '-f', '.', '--exit-code')
  expect(planned).toMatchObject({ code: 2, stderr: '' })
  const made = planned.stdout.split('\n').filter((line) => line.startsWith('+ '))
  expect(made.map((line) => line.split(' ')[1])).toEqual([
    'secret',
    'query',
    'artifact',
    'image',
    'workflow',
    'service',
  ])
  expect(planned.stdout).toContain('    → builds version 0.0.1')
  expect(planned.stdout).toContain('    → runs at 0 2 * * * (UTC)')
  expect(await server.client.artifacts.listArtifacts().all()).toEqual([])

  const applied = await cairn('apply', '-f', '.')
  expect([applied.code, applied.code === 0 ? '' : applied.stderr]).toEqual([0, ''])
  expect(applied.stderr).not.toContain('of the warehouse')
  const { resources } = JSON.parse(applied.stdout)
  expect(resources.at(-1)).toMatchObject({ kind: 'service', action: 'create', result: { status: 'AVAILABLE' } })

  const again = await cairn('plan', '-f', '.', '--exit-code')
  expect([again.code, again.stdout.trim().split('\n').at(-1)]).toEqual([0, 'Nothing is to be done.'])
  const twice = await cairn('apply', '-f', '.', '-o', 'ndjson')
  expect([
    twice.code,
    JSON.parse(twice.stdout).resources.every(({ action }: { action: string }) => action === 'none'),
  ]).toEqual([0, true])
})

it('says what differs and what follows from it, and does that and nothing else', async () => {
  await write('all.yaml', `${service('hi')}---\n${workflow('0 3 * * *')}`)
  const planned = await cairn('plan', '-f', '.')
  expect(planned.stdout).toContain(
    '~ service echo changes\n    ~ parameters.env.GREETING: "hello" → "hi"\n    → deploys anew',
  )
  expect(planned.stdout).toMatch(/no longer runs at 0 2 \* \* \* \(UTC\), next at 20/)
  expect(planned.stdout).toMatch(/→ runs at 0 3 \* \* \* \(UTC\), next at 20\d\d-\d\d-\d\dT03:00:00/)
  expect(planned.stdout).toContain('0 to make, 2 to change, 4 as they are.')
  const [before] = await server.client.workflows.listWorkflows().all()
  expect((await cairn('apply', '-f', '.')).code).toBe(0)
  const [after] = await server.client.workflows.listWorkflows().all()
  const hookOf = (of: typeof before) => of?.triggers.find(({ webhook }) => webhook !== undefined)?.webhook
  expect(hookOf(after)).toBe(hookOf(before))
  expect((await cairn('plan', '-f', '.', '--exit-code')).code).toBe(0)

  await write('app/new-file.txt', 'another content')
  const content = await cairn('plan', '-f', 'image.yaml', '-f', 'code.yaml')
  expect(content.stdout).toContain('→ builds the version after 0.0.1')
  expect(content.stdout).toContain('~ artifact code changes')
})

it('exports what a plan finds nothing to do about', async () => {
  const all = await Promise.all([
    cairn('export', 'workflow', 'nightly'),
    cairn('export', 'service', 'echo'),
    cairn('export', 'query', 'sales/load.sql'),
  ])
  expect(all.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ])
  expect(all[0]?.stdout).toContain('imageName: forecast')
  await write('exported.yaml', all.map(({ stdout }) => stdout).join('---\n'))
  const planned = await cairn('plan', '-f', 'exported.yaml', '--exit-code')
  expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('Nothing is to be done.')])
})

it('exports everything into a folder that a plan finds nothing to do about, braces of templates among it', async () => {
  await write(
    'braces.yaml',
    `{% raw %}\nkind: workflow\nbody: { name: braces, steps: { s: { imageName: forecast, command: "echo \${#HOME} {{ name }} %" } } }\n{% endraw %}\n`,
  )
  expect((await cairn('apply', '-f', 'braces.yaml')).code).toBe(0)
  const exported = await cairn('export', '--all', '--to', 'everything')
  expect([exported.code, exported.stderr, JSON.parse(exported.stdout).files]).toEqual([
    0,
    '',
    [
      'everything/secrets/warehouse.yaml',
      'everything/queries/sales%2Fload.sql.yaml',
      'everything/artifacts/code.yaml',
      'everything/images/forecast.yaml',
      expect.stringMatching(/^everything\/workflows/),
      expect.stringMatching(/^everything\/workflows/),
      'everything/services/echo.yaml',
    ],
  ])
  const planned = await cairn('plan', '-f', 'everything', '--exit-code')
  expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('Nothing is to be done.')])
  await rm(join(folder, 'everything'), { recursive: true })
})

it('goes on after what fails with what does not name it, and reports on each', async () => {
  const step = (image: string) => `{ s: { imageName: ${image}, command: x } }`
  await mkdir(join(folder, 'broken'))
  await writeFile(join(folder, 'broken/Dockerfile'), 'FROM nothing-of-this-name:0\n')
  await write(
    'partly.yaml',
    [
      'kind: image\nbody: { name: broken, type: workflow, buildDetails: { source: upload } }\nartifact: { path: broken }\n',
      `kind: workflow\nbody: { name: of-broken, steps: ${step('broken')} }\n`,
      `kind: workflow\nbody: { name: of-forecast, steps: ${step('forecast')} }\n`,
    ].join('---\n'),
  )
  const { code, stdout, stderr } = await cairn('apply', '-f', 'partly.yaml')
  const outcomes = JSON.parse(stdout).resources.map(
    ({ name, outcome }: { name: string; outcome: string }) => `${name} ${outcome}`,
  )
  expect([code, outcomes]).toEqual([7, ['broken failed', 'of-broken left', 'of-forecast done']])
  expect(stderr).toContain('cairn: workflow of-broken: left, as it names image broken, which failed or was left')
  expect(stderr).toContain('1 done, 0 as they were, 1 failed, 1 left')
})

it('plans a workflow whose query the same file makes', async () => {
  const made = 'kind: query\nbody: { path: new/load.sql, text: "select 2;" }\n'
  const using = 'kind: workflow\nbody: { name: weekly, steps: { load: { type: sql, sqlQueryPath: new/load.sql } } }\n'
  await write('weekly.yaml', `${using}---\n${made}`)
  const planned = await cairn('plan', '-f', 'weekly.yaml')
  expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('2 to make, 0 to change')])
  expect((await cairn('apply', '-f', 'weekly.yaml')).code).toBe(0)
  expect((await cairn('plan', '-f', 'weekly.yaml', '--exit-code')).code).toBe(0)
})

it('names the file and what is wrong in it, and does nothing then', async () => {
  const refused = async (text: string) => {
    await write('bad.yaml', text)
    const { code, stdout, stderr } = await cairn('apply', '-f', 'bad.yaml')
    return [code, stdout, stderr.split('\n')[0]]
  }
  expect(await refused('kind: workflw\nbody: { name: a }\n')).toEqual([
    2,
    '',
    expect.stringMatching(/bad\.yaml: kind must be one of .* Did you mean workflow/),
  ])
  expect(await refused('body: { name: a }\n')).toEqual([2, '', expect.stringContaining('bad.yaml: kind is missing')])
  expect(await refused('kind: secret\nbody: { name: other, value: open }\n')).toEqual([
    2,
    '',
    expect.stringContaining('body.value is not a known key of a secret'),
  ])
  expect(await refused('kind: secret\nbody: { name: other, valueFromEnv: NOWHERE }\n')).toEqual([
    2,
    '',
    expect.stringContaining('the variable NOWHERE is not set'),
  ])
  expect(
    await refused('kind: workflow\nbody: { name: a, steps: { s: { imageName: forcast, command: x } } }\n'),
  ).toEqual([4, '', expect.stringContaining('There is no image forcast. Did you mean forecast?')])
  expect(
    await refused(
      'kind: workflow\nbody: { name: a, triggers: [{ cron: 99 * * * * }], steps: { s: { imageName: forecast, command: x } } }\n',
    ),
  ).toEqual([1, '', expect.stringContaining('cron')])
  expect(
    await refused(
      'kind: query\nbody: { path: a.sql, text: "x" }\n---\nkind: query\nbody: { path: a.sql, text: "y" }\n',
    ),
  ).toEqual([
    2,
    '',
    expect.stringContaining('query a.sql stands in bad.yaml (document 1) and in bad.yaml (document 2)'),
  ])
})

it('writes files to begin with that apply takes as they are, and what they make runs and serves', async () => {
  const [place, other] = [join(folder, 'begun'), join(folder, 'other')]
  await mkdir(other)
  const inPlace = (...args: string[]) => runCairn(args, { folder: place, server, stdin: '', env: {} })
  const begun = await cairn('init', '--to', 'begun')
  expect([begun.code, JSON.parse(begun.stdout).files]).toEqual([
    0,
    ['image.yaml', 'app/Dockerfile', 'app/main.py', 'app/.dockerignore', 'workflow.yaml', 'service.yaml'].map(
      (file) => `begun/${file}`,
    ),
  ])
  // Beside the folder of another image: paths are those of the file.
  const applied = await cairn('apply', '-f', 'begun')
  expect([applied.code, applied.code === 0 ? '' : applied.stderr]).toEqual([0, ''])
  const packed = await cairn('images', 'create', 'begun/image.yaml', '--name', 'other', '--dry-run')
  expect(JSON.parse(packed.stdout).files.map(({ path }: { path: string }) => path)).toContain('server.pl')
  const ran = await inPlace('run', 'hello', '-P', 'MONTHS=24', '--wait')
  expect([ran.code, JSON.parse(ran.stdout).status]).toEqual([0, 'Success'])
  const [hello] = await server.client.services.listServices({ searchTerm: 'hello' }).all()
  expect(hello?.status).toBe('AVAILABLE')

  const again = await inPlace('init', 'workflow')
  expect([again.code, again.stderr.split('\n')[0]]).toEqual([
    5,
    expect.stringContaining('workflow.yaml is there already'),
  ])
  for (const kind of ['artifact', 'query']) expect((await inPlace('init', kind, '--to', '../other')).code).toBe(0)
  const planned = await runCairn(['plan', '-f', '.'], { folder: other, server, stdin: '', env: {} })
  expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('2 to make')])
})

it('takes files of apply in the commands of one kind, names of images among it', async () => {
  const updated = await cairn('workflows', 'update', 'hello', 'begun/workflow.yaml', '--dry-run')
  expect([updated.code, JSON.parse(updated.stdout).request.body.steps.compute.imageId]).toEqual([0, expect.any(Number)])
  const changed = await cairn('services', 'update', 'hello', 'begun/service.yaml', '--dry-run')
  expect([changed.code, JSON.parse(changed.stdout).server.changes]).toEqual([0, []])
})

it('shows what services and schedules did and will do, and changes limits without a deploy', async () => {
  const [log, json] = await Promise.all([
    cairn('services', 'logs', 'echo', '--tail', '5'),
    cairn('services', 'logs', 'echo', '--since', '2h', '-o', 'ndjson'),
  ])
  expect([log.code, log.stdout]).toEqual([0, expect.stringMatching(/listens on \d+\n/)])
  expect(JSON.parse(json.stdout.split('\n')[0] ?? '')).toMatchObject({ revision: 1, instance: expect.any(String) })
  const limited = await cairn('services', 'limits', 'echo', '--requests-per-second', '50', '--max-body-bytes', '1000')
  expect([limited.code, JSON.parse(limited.stdout)]).toMatchObject([0, { requestsPerSecond: 50, maxBodyBytes: 1000 }])
  const back = await cairn('services', 'limits', 'echo', '--requests-per-second', 'none')
  expect(JSON.parse(back.stdout)).toMatchObject({ requestsPerSecond: null, maxBodyBytes: 1000 })
  const revisions = await cairn('services', 'history', 'echo')
  expect(JSON.parse(revisions.stdout).revisions).toHaveLength(2)
  const read = [
    ['services', 'metrics', 'echo', '-o', 'table'],
    ['services', 'wakes', 'echo'],
    ['workflows', 'calendar', '-o', 'table'],
    ['workflows', 'schedule-history', 'nightly'],
    ['workflows', 'past-firings', '-o', 'table'],
    ['deliveries', 'list', '--workflow', 'nightly'],
    ['inbox', 'list', '--unread'],
    ['exports', 'list'],
    ['queries', 'list-versions', 'sales/load.sql'],
    ['system', 'health'],
    ['system', 'report'],
    ['system', 'disk'],
    ['whoami'],
  ]
  const answers = await Promise.all(read.map((words) => cairn(...words)))
  expect(answers.map(({ code, stderr }, index) => [read[index]?.join(' '), code, code === 0 ? '' : stderr])).toEqual(
    read.map((words) => [words.join(' '), 0, '']),
  )
  expect(answers[2]?.stdout).toContain('0 3 * * *')
})

it('looks at everything that is needed, and says of what is wrong what to do', async () => {
  const well = await cairn('doctor', '-o', 'json')
  const { findings } = JSON.parse(well.stdout)
  expect([
    well.code,
    findings.map(({ check, state }: { check: string; state: string }) => `${check} ${state}`),
  ]).toEqual([
    0,
    [
      'node ok',
      'server ok',
      'clock ok',
      'database ok',
      'queue ok',
      'engine ok',
      'token ok',
      'version ok',
      'disk ok',
      'backup warning',
    ],
  ])
  const wrong = await cairnWith({ CAIRN_TOKEN: 'cairn_wrong' }, ['doctor'])
  expect([wrong.code, wrong.stdout]).toEqual([
    1,
    expect.stringMatching(/FAILED {2}token: the server refuses .*\n {8}→ run `cairn login`/),
  ])
  const none = await cairnWith({ CAIRN_TOKEN: '' }, ['doctor'])
  expect([none.code, none.stdout]).toEqual([1, expect.stringContaining('FAILED  token: There is no token for')])
  const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const port = String(Object(other.address()).port)
  const taken = await cairnWith({ CAIRN_URL: `http://127.0.0.1:${port}` }, ['doctor'])
  other.close()
  expect([taken.code, taken.stdout]).toEqual([1, expect.stringMatching(/is no Cairn \(200\)\n.*CAIRN_PORT/)])
  const down = await cairnWith({ CAIRN_URL: `http://127.0.0.1:${port}` }, ['doctor'])
  expect([down.code, down.stdout]).toEqual([
    1,
    expect.stringMatching(/FAILED {2}server: nothing answers at .*ECONNREFUSED\n.*cairn server/),
  ])
})

it('completes commands, options, values, and names that the server has, in a real shell', async () => {
  const script = `cairn() { ${process.execPath} ${cairnProgram} "$@"; }
source <(cairn completion bash)
try() { COMP_WORDS=(cairn "$@"); COMP_CWORD=$#; COMPREPLY=(); _cairn; echo "\${COMPREPLY[*]}"; }
try wor; try workflows desc; try workflows describe ni; try images list --pa; try run nightly --output y; try plan -f ima; try nonsense x y; try init work; try schema --output json se; try export workflow ni; try completion zs`
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, CAIRN_URL: server.baseUrl, CAIRN_TOKEN: server.token },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(child, 'close')
  expect(text.split('\n')).toEqual([
    'workflows',
    'describe',
    'nightly',
    '--page-size --page-number --paging',
    'yaml',
    'image.yaml',
    '',
    'workflow',
    'secret service',
    'nightly',
    'zsh',
    '',
  ])
})
