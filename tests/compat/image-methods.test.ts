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
  scratch = await mkdtemp(join(tmpdir(), 'cairn-images-'))
  server = await createServerProcess()
  await server.start()
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  const { stdout } = await run(python, [join(import.meta.dirname, 'image_methods.py'), folder, scratch], {
    env: { PATH: process.env['PATH'], CAIRN_URL: server.baseUrl, PEAK_AUTH_TOKEN: server.token },
  })
  report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
})
afterAll(async () => {
  await server.dispose()
  await rm(scratch, { recursive: true, force: true })
})

const ids = { imageId: expect.any(Number), versionId: expect.any(Number), buildId: expect.any(Number) }
const words = (text: string): unknown => expect.stringContaining(text)

describe('to the unmodified reference client an image', () => {
  it('is created with its first version, which is built', () => {
    expect(report['created']).toEqual(ids)
    expect(report['firstBuild']).toBe('success')
    expect(report['refusedName']).toEqual(['BadRequestException', words('already in use')])
  })

  it('gets versions: the next patch, one with a suffix, none twice', () => {
    expect(report['second']).toEqual(ids)
    expect(report['failedBuild']).toBe('failed')
    expect(report['refusedVersion']).toEqual(['BadRequestException', words('0.0.2')])
    expect(report['noVersion']).toEqual(['BadRequestException', words('semantic version')])
  })

  it('is created, or gets a version, or has it updated, by one and the same call', () => {
    expect(report['paths']).toEqual({
      image: ids,
      version: ids,
      sameImage: 1,
      updated: { imageId: true, versionId: true, buildId: false },
      build: 'success',
    })
    expect(report['readyCannotChange']).toEqual(['UnprocessableEntityException', words('not-ready')])
  })

  it('has a version that is not ready updated and built again, under the version that it has', () => {
    expect(report['updated']).toEqual(ids)
    expect(report['updatedBuild']).toBe('success')
    expect(report['version']).toMatchObject({
      imageName: 'methods',
      imageType: 'Workflow',
      version: '0.1.0-rc.1',
      description: 'mended',
      status: 'ready',
      lastBuildStatus: 'success',
      lastBuildAt: expect.any(String),
      pullUrl: expect.any(String),
      buildDetails: { source: 'dockerfile' },
      tags: [],
    })
  })

  it('is described with its latest version', () => {
    expect(report['image']).toMatchObject({
      name: 'methods',
      type: 'workflow',
      scope: 'custom',
      createdAt: expect.any(String),
      createdBy: expect.any(String),
      latestVersion: { version: '0.1.0-rc.1', size: expect.any(Number) },
    })
  })

  it('is listed and found by name, status and last build, its versions too', () => {
    expect(report['listed']).toEqual(['either', 'methods'])
    expect(report['listedPage']).toBe(2)
    expect(report['found']).toEqual(['either'])
    expect(report['foundByBuild']).toEqual([])
    expect(report['versions']).toEqual(['0.1.0-rc.1', '0.0.2', '0.0.1'])
    expect(report['exactFirst']).toBe('1.0.1')
    expect(report['versionsByTag']).toEqual([])
  })

  it('shows its builds, newest first, and their logs', () => {
    expect(report['builds']).toEqual(['success', 'failed', 'success', 'success'])
    expect(report['newestBuild']).toEqual(['0.1.0-rc.1'])
    expect(report['failedBuilds']).toEqual(['0.1.0-rc.1'])
    expect(report['savedLog']).toContain('built cairn/')
    expect(report['logs']).toMatchObject({ buildStatus: 'success', startTime: expect.any(String) })
  })

  it('keeps the versions that a workflow uses, and says which workflow', () => {
    expect(report['inUse']).toBe('in-use')
    for (const key of ['usedVersion', 'usedVersions', 'usedImage']) {
      expect(report[key]).toEqual(['UnprocessableEntityException', words('("user")')])
    }
  })

  it('loses a version, several, or goes as a whole, and its name is free', () => {
    expect(report['noVersions']).toEqual(['BadRequestException', words('versionIds')])
    expect(report['unknownVersion']).toEqual(['NotFoundException', words('does not exist')])
    expect([report['deletedVersion'], report['deletedVersions'], report['deletedImage']]).toEqual([{}, {}, {}])
    expect(report['versionsLeft']).toEqual(['0.0.2', '0.0.1'])
    expect(report['nothingLeft']).toEqual([])
    expect(report['unknownImage']).toEqual(['NotFoundException', words('does not exist')])
    expect(report['nameIsFree']).toBe(true)
  })
})
