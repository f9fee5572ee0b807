import { describe, expect, it } from 'vitest'
import { parseMultipartFields, readBody, readParams, readQuery, routes } from '../src/index.ts'

const step = { imageId: 1, command: 'true' }
const uuid = 'd6116a56-6b1d-41b4-a599-fb949f08863f'

describe('readBody', () => {
  it('takes null for an optional field as absent, at every depth', () => {
    const raw = {
      name: 'w',
      tags: null,
      steps: { a: { ...step, type: null, repository: { url: 'u', branch: 'b', token: null } } },
    }
    expect(readBody(routes.createWorkflow, raw)).toEqual({
      kind: 'valid',
      value: { name: 'w', steps: { a: { ...step, repository: { url: 'u', branch: 'b' } } } },
    })
  })

  it('does not take null for a required field as absent', () => {
    expect(readBody(routes.createWorkflow, { name: null, steps: {} })).toEqual({
      kind: 'invalid',
      errors: [{ field: 'name', rule: 'must be a text' }],
    })
  })

  it('refuses a misspelt field of a new workflow and says which one is meant', () => {
    expect(
      readBody(routes.createWorkflow, { name: 'w', steps: { a: { ...step, step_timeout: 3 } }, colour: 1 }),
    ).toEqual({
      kind: 'invalid',
      errors: [
        { field: 'steps.a.step_timeout', rule: 'is not a known field; did you mean stepTimeout?' },
        { field: 'colour', rule: 'is not a known field' },
      ],
    })
  })

  it('leaves out what a replaced workflow does not know, in steps too', () => {
    const raw = {
      id: 3,
      steps: { a: { ...step, workflowId: 3, imageName: 'i' }, b: { type: 'http', url: 'u', command: 'c' } },
    }
    expect(readBody(routes.updateWorkflow, raw)).toEqual({
      kind: 'valid',
      value: { steps: { a: step, b: { type: 'http', url: 'u' } } },
    })
  })

  it('takes back the parameters that describe shows as a list of one-entry objects', () => {
    const raw = { steps: { a: { ...step, parameters: { env: [{ A: '1' }, { B: '2' }] } } } }
    expect(readBody(routes.updateWorkflow, raw)).toMatchObject({
      value: { steps: { a: { parameters: { env: { A: '1', B: '2' } } } } },
    })
  })

  it('takes an absent body as an empty one', () => {
    for (const raw of [undefined, null, {}])
      expect(readBody(routes.executeWorkflow, raw)).toEqual({ kind: 'valid', value: {} })
  })

  it('takes the nulls that the reference client always sends to the test of a service', () => {
    const raw = { httpMethod: null, path: null, payload: null }
    expect(readBody(routes.testService, raw)).toMatchObject({ kind: 'valid' })
  })

  it('accepts name, type and version of an image where only the version is meant', () => {
    const raw = { name: 'i', type: 'workflow', version: '0.0.1', description: 'd' }
    expect(readBody(routes.createImageVersion, raw)).toMatchObject({ kind: 'valid' })
    expect(readBody(routes.updateImageVersion, raw)).toMatchObject({ kind: 'valid' })
  })

  it('refuses texts that no database takes', () => {
    const rule = expect.stringContaining('NUL')
    expect(readBody(routes.executeWorkflow, { params: { global: { A: 'x\0' } } })).toMatchObject({
      errors: [{ field: 'params.global.A', rule }],
    })
    expect(readBody(routes.testService, { payload: { deep: ['\ud800'] } })).toMatchObject({
      errors: [{ field: 'payload.deep.0', rule }],
    })
  })

  it('survives a payload that is nested a hundred thousand deep', () => {
    const payload: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    expect(readBody(routes.testService, { payload })).toMatchObject({ kind: 'valid' })
  })

  it('does not change the value that it is given', () => {
    const raw = { name: 'w', tags: null, steps: { a: step } }
    readBody(routes.createWorkflow, raw)
    expect(raw).toEqual({ name: 'w', tags: null, steps: { a: step } })
  })
})

describe('readQuery', () => {
  it('makes a list of a single, a repeated and a comma-separated value', () => {
    const expected = { kind: 'valid', value: { status: ['ready', 'in-use'] } }
    expect(readQuery(routes.listImages, { status: ['ready', 'in-use'] })).toEqual(expected)
    expect(readQuery(routes.listImages, { status: 'ready,in-use' })).toEqual(expected)
    expect(readQuery(routes.listImages, { status: 'ready' })).toEqual({ kind: 'valid', value: { status: ['ready'] } })
  })

  it('reads numbers and booleans as what they are, and texts that look like numbers as texts', () => {
    expect(readQuery(routes.listImageBuilds, { count: '-1', versions: ['7', '8'] })).toEqual({
      kind: 'valid',
      value: { count: -1, versions: [7, 8] },
    })
    expect(readQuery(routes.getCredentials, { allWarehouses: 'true' })).toMatchObject({
      value: { allWarehouses: true },
    })
    expect(readQuery(routes.listImages, { searchTerm: '0.0.1' })).toMatchObject({ value: { searchTerm: '0.0.1' } })
  })

  it('leaves out empty values and names that it does not know', () => {
    expect(readQuery(routes.listImages, { status: '', other: '1', pageSize: '' })).toEqual({ kind: 'valid', value: {} })
  })

  it.each([
    ['a page that is no number', { pageNumber: 'x' }, { field: 'pageNumber', rule: 'must be a whole number' }],
    ['a page before the first', { pageNumber: '0' }, { field: 'pageNumber', rule: 'must be at least 1' }],
    ['a page that is too large', { pageSize: '1001' }, { field: 'pageSize', rule: 'must be at most 1000' }],
    ['a name given twice', { pageSize: ['1', '2'] }, { field: 'pageSize', rule: 'must be given only once' }],
    [
      'a status that is none',
      { status: 'done' },
      { field: 'status.0', rule: expect.stringContaining('must be one of') },
    ],
  ])('refuses %s', (_what, raw, error) => {
    expect(readQuery(routes.listImages, raw)).toEqual({ kind: 'invalid', errors: [error] })
  })

  it('refuses dates that are none or do not exist', () => {
    expect(readQuery(routes.listExecutions, { dateFrom: 'yesterday' })).toMatchObject({ kind: 'invalid' })
    expect(readQuery(routes.listExecutions, { dateFrom: '2026-13-45' })).toMatchObject({ kind: 'invalid' })
    for (const dateFrom of ['2026-01-31', '2026-01-31T18:00:00Z', '2026-01-31T18:00:00.123456+02:00']) {
      expect(readQuery(routes.listExecutions, { dateFrom })).toMatchObject({ kind: 'valid' })
    }
  })

  it('refuses to delete versions of an image without naming any', () => {
    expect(readQuery(routes.deleteImageVersions, {})).toEqual({
      kind: 'invalid',
      errors: [{ field: 'versionIds', rule: 'is required' }],
    })
  })
})

describe('readParams', () => {
  it('reads numbers and refuses what is none', () => {
    expect(readParams(routes.describeImage, { imageId: '7' })).toEqual({ kind: 'valid', value: { imageId: 7 } })
    for (const imageId of ['abc', '0', '-1', '1e3', '99999999999999999999']) {
      expect(readParams(routes.describeImage, { imageId })).toMatchObject({ kind: 'invalid' })
    }
  })

  it('takes build ids of either form, and only UUIDs for runs', () => {
    expect(readParams(routes.getBuildLogs, { imageId: '1', buildId: 'build-a:2198' })).toMatchObject({ kind: 'valid' })
    const params = { workflowId: '1', executionId: uuid }
    expect(readParams(routes.getExecutionDetails, params)).toMatchObject({ kind: 'valid' })
    expect(readParams(routes.getExecutionDetails, { ...params, executionId: 'x' })).toEqual({
      kind: 'invalid',
      errors: [{ field: 'executionId', rule: 'must be a UUID' }],
    })
  })
})

describe('parseMultipartFields', () => {
  it('parses by schema: texts stay texts, other fields are JSON', () => {
    const fields = {
      name: '1',
      type: 'workflow',
      version: '0.0.1',
      buildDetails: '{"source": "upload", "useCache": false}',
    }
    expect(parseMultipartFields(routes.createImage, fields)).toEqual({
      kind: 'valid',
      value: { name: '1', type: 'workflow', version: '0.0.1', buildDetails: { source: 'upload', useCache: false } },
    })
  })

  it('takes the text null as absent only where the field is no text', () => {
    const fields = { name: 'a', description: 'null', scan: 'null', validate: 'true' }
    expect(parseMultipartFields(routes.createArtifact, fields)).toEqual({
      kind: 'valid',
      value: { name: 'a', description: 'null', validate: true },
    })
  })

  it('names the field that is no JSON, once, beside the others that are wrong', () => {
    expect(parseMultipartFields(routes.createImage, { type: 'workflow', buildDetails: '{' })).toEqual({
      kind: 'invalid',
      errors: [
        { field: 'buildDetails', rule: 'must be JSON' },
        { field: 'name', rule: 'is required' },
      ],
    })
  })

  it('names fields inside a JSON field by their path', () => {
    const fields = { name: 'a', type: 'api', buildDetails: '{"buildArguments": [{"name": "A"}]}' }
    expect(parseMultipartFields(routes.createImage, fields)).toEqual({
      kind: 'invalid',
      errors: [{ field: 'buildDetails.buildArguments.0.value', rule: 'is required' }],
    })
  })
})
