import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from '../e2e/server-process.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../e2e/fixtures/echo-service')
let server: ServerProcess
let scratch: string
let report: Readonly<Record<string, unknown>>

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cairn-artifacts-'))
  server = await createServerProcess({ CAIRN_MAX_UPLOAD_BYTES: '2000000' })
  await server.start()
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  const { stdout } = await run(python, [join(import.meta.dirname, 'artifact_methods.py'), folder, scratch], {
    env: { PATH: process.env['PATH'], CAIRN_URL: server.baseUrl, PEAK_AUTH_TOKEN: server.token },
  })
  report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
})
afterAll(async () => {
  await server.dispose()
  await rm(scratch, { recursive: true, force: true })
})

const missing = ['NotFoundException', expect.stringContaining('does not exist')]

describe('to the unmodified reference client an artifact', () => {
  it('is created with version 1, and without the description that the client sends for none', () => {
    expect(report['created']).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), version: 1 })
    expect(report['withoutDescription']).toBeNull()
  })

  it('gets versions and shows them newest first, with size and hash', () => {
    expect([report['added'], report['third']]).toEqual([{ version: 2 }, { version: 3 }])
    expect(report['described']).toMatchObject({
      name: 'model',
      versionCount: 3,
      pageCount: 1,
      pageNumber: 1,
      pageSize: 25,
      versions: [3, 2, 1].map((version) => ({
        version,
        createdAt: expect.any(String),
        createdBy: expect.any(String),
        sizeBytes: expect.any(Number),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      })),
    })
    expect(report['versionPage']).toMatchObject({
      versions: [{ version: 1 }],
      versionCount: 3,
      pageCount: 2,
      pageNumber: 2,
      pageSize: 2,
    })
  })

  it('is downloaded as it was sent, the latest version or a named one', () => {
    const { latest, first, described } = report as Record<string, Record<string, unknown>>
    expect(latest).toMatchObject({ text: 'print(3)' })
    expect(first).toMatchObject({ text: 'print(1)' })
    const { text: _latest, ...third } = latest ?? {}
    const { text: _first, ...one } = first ?? {}
    expect(described?.['versions']).toMatchObject([third, {}, one])
  })

  it('is scanned and validated when the client asks for it', () => {
    expect(report['checked']).toMatchObject({
      source: 'email',
      versions: [
        {
          scan: { secrets: [{ file: '.env', line: 2, kind: 'env_file' }], oversizedFiles: [], isComplete: true },
          validation: { source: 'email', problems: [] },
        },
      ],
    })
    expect(JSON.stringify(report)).not.toContain('do-not-show')
  })

  it('is renamed and described', () => {
    expect(report['updated']).toEqual({})
    expect(report['renamed']).toMatchObject({ name: 'renamed', description: 'with holidays' })
  })

  it('loses a version, whose number is not given again', () => {
    expect(report['versionDeleted']).toEqual({})
    expect(report['afterDeletion']).toEqual([2, 1])
    expect(report['latestAfterDeletion']).toBe('print(2)')
    expect(report['numberAfterDeletion']).toBe(4)
  })

  it('is listed page by page, newest first', () => {
    expect(report['iterated']).toEqual(['other-3', 'other-2', 'other-1', 'other-0', 'renamed'])
    expect(report['page']).toEqual({
      artifacts: ['other-1', 'other-0'],
      artifactCount: 5,
      pageCount: 3,
      pageNumber: 2,
      pageSize: 2,
    })
    expect(report['listed']).toMatchObject({ name: 'other-3', description: 'packed', latestVersion: { version: 1 } })
  })

  it('is deleted with all versions', () => {
    expect(report['artifactDeleted']).toEqual({})
    expect(report['nothingLeft']).toEqual([])
  })

  it('is refused by the exceptions that the client knows', () => {
    expect(report['refused']).toEqual({
      describe: missing,
      update: missing,
      add: missing,
      delete: missing,
      deleteVersion: missing,
      download: ['NotFoundException', expect.any(String)],
      noId: ['BadRequestException', expect.stringContaining('artifactId')],
      noName: ['BadRequestException', expect.stringContaining('name')],
      tooLarge: ['PayloadTooLargeException', expect.stringContaining('CAIRN_MAX_UPLOAD_BYTES')],
    })
  })
})
