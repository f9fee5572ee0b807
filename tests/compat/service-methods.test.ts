import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from '../e2e/server-process.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../e2e/fixtures/echo-service')
let server: ServerProcess
let report: Readonly<Record<string, unknown>>

beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  const { stdout } = await run(python, [join(import.meta.dirname, 'service_methods.py'), folder], {
    env: { PATH: process.env['PATH'], CAIRN_URL: server.baseUrl, PEAK_AUTH_TOKEN: server.token },
  })
  report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
})
afterAll(() => server.dispose())

const id = { id: expect.stringMatching(/^[0-9a-f-]{36}$/) }
const words = (text: string): unknown => expect.stringContaining(text)

describe('to the unmodified reference client a service', () => {
  it('is created and described with all that it was given', () => {
    expect(report['created']).toEqual(id)
    expect(report['status']).toBe('CREATING')
    expect(report['service']).toMatchObject({
      ...id,
      name: 'predict',
      status: 'AVAILABLE',
      serviceType: 'api',
      title: 'Predictions',
      description: 'first',
      imageDetails: { imageId: expect.any(Number), versionId: expect.any(Number) },
      resources: { instanceTypeId: 1 },
      parameters: { env: { GREETING: 'bonjour' }, secrets: [] },
      sessionStickiness: false,
      scaleToZero: false,
      entrypoint: "perl\n-e\n$SIG{TERM} = sub { exit }; do './server.pl'",
      healthCheckURL: '/health',
      minInstances: 1,
      tags: [],
      createdAt: expect.any(String),
      createdBy: expect.any(String),
      updatedAt: expect.any(String),
      updatedBy: expect.any(String),
    })
  })

  it('is refused with the field when it cannot be', () => {
    expect(report['refusedName']).toEqual(['BadRequestException', words('already in use')])
    expect(report['refusedFields']).toEqual([
      ['BadRequestException', words('sessionStickiness')],
      ['BadRequestException', words('scaleToZero')],
      ['BadRequestException', words('minInstances')],
      ['BadRequestException', words('image 999999 does not exist')],
      ['BadRequestException', words('resources.instanceTypeId')],
      ['BadRequestException', words('parameters.secrets.0')],
    ])
    expect(report['unknown']).toEqual([
      ['NotFoundException', words('does not exist')],
      ['NotFoundException', words('does not exist')],
    ])
  })

  it('is tested, an api only, by each method', () => {
    expect(report['test']).toEqual({
      responseBody: expect.stringMatching(/^bonjour from \d+\nGET \/ HTTP/),
      responseStatus: 200,
      reqStartTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      reqEndTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      responseSize: expect.stringMatching(/^[\d.]+(B|KB|MB)$/),
    })
    expect(report['posted']).toMatchObject({ responseBody: words('POST /predict?months=3 HTTP/1.1') })
    expect(report['posted']).toMatchObject({ responseBody: words('{"a":[1,"ä"]}') })
    expect(report['methods']).toEqual([words('PUT /x'), words('PATCH /x'), words('DELETE /x')])
    expect(report['refusedTests']).toEqual([
      ['UnprocessableEntityException', words('web-app')],
      ['NotFoundException', words('does not exist')],
      ['BadRequestException', words('httpMethod')],
      ['BadRequestException', words('path')],
    ])
  })

  it('is updated in part, and deployed anew only when what runs changes', () => {
    expect(report['updated']).toEqual(id)
    expect(report['retitled']).toMatchObject({ status: 'AVAILABLE', title: 'Forecasts', description: 'first' })
    expect(report['redeploys']).toBe('DEPLOYING')
    expect(report['redeployed']).toMatch(/^servus from/)
    expect(report['refusedUpdates']).toEqual([
      ['UnprocessableEntityException', words('name')],
      ['UnprocessableEntityException', words('serviceType')],
      ['NotFoundException', words('does not exist')],
    ])
    expect(report['sentBack']).toEqual(['AVAILABLE', 'AVAILABLE'])
  })

  it('is created or updated by one call, by its exact name among others that contain it', () => {
    expect(report['same']).toEqual([true, true])
    expect(report['changed']).toEqual(['More', 'More'])
  })

  it('is listed page by page and found by name, status and type', () => {
    const all = ['page-more', 'predict-more', 'page', 'predict']
    expect(report['listed']).toEqual(all)
    expect(report['listedPage']).toMatchObject({
      services: [{ name: 'predict' }],
      servicesCount: 4,
      pageCount: 2,
      pageNumber: 2,
      pageSize: 3,
    })
    expect(report['found']).toEqual(['predict', 'predict-more'])
    expect(report['byType']).toEqual(['predict-more', 'predict'])
    expect(report['byCommas']).toEqual(['predict-more', 'predict'])
    expect(report['byStatus']).toEqual([4, 0])
    expect(report['item']).toMatchObject({ ...id, name: 'predict', status: 'AVAILABLE', serviceType: 'api', tags: [] })
    expect(report['refusedList']).toEqual(['BadRequestException', words('status')])
  })

  it('is deleted, and its name found no more', () => {
    expect(report['deleted']).toEqual([id, id])
    expect(report['deleting']).toEqual(['ConflictException', words('DELETING')])
    expect(report['nothingLeft']).toEqual([[], []])
    expect(report['unknownDeletes']).toEqual([
      ['NotFoundException', words('does not exist')],
      ['NotFoundException', words('does not exist')],
    ])
  })
})

describe('to the unmodified reference client a web app', () => {
  it('is the same resource under the older methods', () => {
    expect(report['createdWebapp']).toEqual(id)
    expect(report['webapp']).toMatchObject({
      name: 'page',
      status: 'AVAILABLE',
      serviceType: 'web-app',
      sessionStickiness: true,
    })
    expect(report['updatedWebapp']).toEqual(id)
    expect(report['retitledWebapp']).toBe('Start')
  })

  it('is listed under its own key, without the apis', () => {
    expect(report['listedWebapps']).toEqual(['page-more', 'page'])
    expect(report['webappPage']).toMatchObject({
      webapps: [{ name: 'page' }, { name: 'page-more' }],
      webappsCount: 2,
      pageCount: 1,
    })
    expect(report['noWebapps']).toEqual([])
  })
})
