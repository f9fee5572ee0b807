import { describe, expect, test } from 'vitest'
import {
  checkServiceSecrets,
  chooseServicePort,
  parseEntrypoint,
  redeployFieldsChanged,
  redeployNeeded,
  type ServiceSpec,
  serviceEnvironment,
} from '../../src/index.ts'
import { aSpec } from './service-world.ts'

describe('entrypoint text', () => {
  test.each([
    ['python\napp.py\n', ['python', 'app.py']],
    ['\r\n  python  \r\n\r\n-c\r\nprint(1, 2)', ['python', '-c', 'print(1, 2)']],
    ['', null],
    [' \n\n', null],
    [undefined, null],
    [null, null],
  ])('%j becomes %j', (text, argv) => {
    expect(parseEntrypoint(text)).toEqual(argv)
  })
})

describe('the port of a service', () => {
  test.each([
    [[], 8000],
    [[3000], 3000],
    [[3000, 3000], 3000],
    [[80, 443], 8000],
  ])('an image that exposes %j is reached at %i', (exposed, port) => {
    expect(chooseServicePort(exposed)).toBe(port)
  })
})

describe('redeploying', () => {
  const changes: readonly [string, Partial<ServiceSpec>][] = [
    ['imageId', { image: { ...aSpec().image, imageId: 9 } }],
    ['versionId', { image: { ...aSpec().image, versionId: 9 } }],
    ['instanceTypeId', { resources: { ...aSpec().resources, instanceTypeId: 5 } }],
    ['parameters', { env: { A: '2' } }],
    ['parameters', { secrets: ['key'] }],
    ['healthCheckURL', { healthCheckPath: '/up' }],
    ['entrypoint', { entrypoint: ['node'] }],
    ['scaleToZero', { scaleToZero: true }],
    ['sessionStickiness', { sessionStickiness: true }],
  ]
  test.each(changes)('a change of %s asks for it', (field, change) => {
    expect(redeployFieldsChanged(aSpec(), aSpec(change))).toEqual([field])
    expect(redeployNeeded(aSpec(), aSpec(change))).toBe(true)
  })

  test('another order of variables does not', () => {
    const before = aSpec({ env: { A: '1', B: '2' } })
    expect(redeployNeeded(before, aSpec({ env: { B: '2', A: '1' } }))).toBe(false)
  })
})

describe('the environment of a service', () => {
  const tenant = { id: 't-1', name: 'acme' }

  test('names the service, its image and its tenant in both spellings', () => {
    const env = serviceEnvironment(
      { id: 's-1', name: 'fc', serviceType: 'api', tenant },
      aSpec({ env: { A: '1' } }),
      new Map(),
    )
    expect(env).toMatchObject({
      A: '1',
      PEAK_API_NAME: 'fc',
      CAIRN_API_ID: 's-1',
      PEAK_IMAGE_ID: '3',
      CAIRN_TENANT_NAME: 'acme',
      TENANT_ID: 't-1',
      PORT: '8000',
    })
    expect(env).not.toHaveProperty('PEAK_WEBAPP_NAME')
  })

  test('lets the user set anything but PORT', () => {
    const spec = aSpec({ env: { STAGE: 'test', PORT: '9' } })
    const env = serviceEnvironment({ id: 's-1', name: 'fc', serviceType: 'web-app', tenant }, spec, new Map())
    expect(env).toMatchObject({ STAGE: 'test', PORT: '8000', PEAK_WEBAPP_NAME: 'fc' })
  })
  test('holds secrets under both of their names', () => {
    const spec = aSpec({ env: {}, secrets: ['db-password'] })
    const values = new Map([['db-password', 's3cret']])
    const env = serviceEnvironment({ id: 's-1', name: 'fc', serviceType: 'api', tenant }, spec, values)
    expect(env).toMatchObject({ DB_PASSWORD: 's3cret', DB_PASSWORD_CUSTOM: 's3cret' })
  })

  test.each([
    ['a variable of the user', { env: { KEY: '1' }, secrets: ['key'] }, 'KEY, which env has too'],
    ['another secret', { env: {}, secrets: ['a-b', 'a_b'] }, 'A_B, which secret "a-b" has too'],
    ['the port', { env: {}, secrets: ['port'] }, 'PORT, which Cairn has too'],
  ])('refuses a secret whose variable is that of %s', (_case, spec, words) => {
    expect(checkServiceSecrets(spec)).toEqual([expect.stringContaining(words)])
  })
})
