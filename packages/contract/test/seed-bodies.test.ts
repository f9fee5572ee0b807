import { printedWorkflow as workflow } from '@cairn/testkit'
import { describe, expect, it } from 'vitest'
import { parseMultipartFields, readBody, routes } from '../src/index.ts'

/** The forms of the packaged samples that the page above does not show. */
const conditional = {
  name: 'conditional',
  steps: {
    'step-1': {
      type: 'standard',
      imageId: 100,
      command: 'python a.py',
      outputParameters: { scriptOutput: 'output.txt' },
    },
    'step-2': {
      type: 'http',
      parents: ['step-1'],
      url: 'https://peak.ai',
      payload: '{}',
      auth: { type: 'bearer-token', bearerToken: 'token' },
      headers: { absolute: { 'Content-Type': 'application/json' } },
      executionParameters: {
        conditional: [{ condition: 'equals', paramName: 'scriptOutput', stepName: 'step-1', value: 'output-value' }],
        parentStatus: [{ condition: 'all-of', parents: ['step-1'], status: ['success'] }],
      },
      runConfiguration: {
        retryOptions: { duration: 5, exitCodes: [1, 2], exponentialBackoff: true, numberOfRetries: 3 },
        skipConfiguration: { skip: true, skipDAG: false },
      },
    },
    'step-3': {
      type: 'sql',
      repository: { branch: 'main', token: 'random_token', url: 'https://example.com', filePath: 'path/to/file.sql' },
    },
  },
}

const webapp = {
  name: 'webapp101',
  title: 'Hello from SDK',
  description: 'Hi there',
  imageDetails: { imageId: 1, versionId: 1 },
  resources: { instanceTypeId: 1 },
  scaleToZero: true,
  sessionStickiness: false,
}

const service = {
  name: 'service101',
  title: 'Hello from SDK',
  description: 'Hi there',
  serviceType: 'web-app',
  imageDetails: { imageId: 1, versionId: 1 },
  resources: { instanceTypeId: 1 },
  parameters: { env: { arg1: 'value1', arg2: 'value2' }, inherit: {}, secrets: ['secret-1', 'secret'] },
  entrypoint: 'python\nscript.py',
  healthCheckURL: '/health',
  minInstances: 1,
  scaleToZero: true,
  sessionStickiness: false,
}

const image = {
  version: '0.0.1',
  name: 'image-sdk-101',
  description: 'Hello from SDK',
  type: 'workflow',
  buildDetails: JSON.stringify({
    source: 'upload',
    useCache: false,
    buildArguments: [{ name: 'HELLO', value: 'world' }],
    context: '.',
  }),
}

const run = { params: { global: { key: 'value' }, stepWise: { step1: { key1: 'value1' } } } }

describe('the documented bodies of the reference', () => {
  it.each([
    ['a workflow with every step type', routes.createWorkflow, workflow],
    ['a replaced workflow', routes.updateWorkflow, workflow],
    ['a workflow with conditions and retries', routes.createWorkflow, conditional],
    ['a workflow started by hand only', routes.createWorkflow, { ...conditional, triggers: [] }],
    ['a workflow with an empty trigger', routes.createWorkflow, { ...conditional, triggers: [{}] }],
    ['a workflow started from outside', routes.createWorkflow, { ...conditional, triggers: [{ webhook: true }] }],
    [
      'a workflow whose hook is kept',
      routes.updateWorkflow,
      { ...conditional, triggers: [{ webhook: true, webhookPolicy: 'preserve' }] },
    ],
    ['a run with parameters', routes.executeWorkflow, run],
    ['a partial run', routes.executeWorkflow, { stepsToRun: [{ stepName: 'a', runDAG: true }] }],
    ['a web app', routes.createService, webapp],
    ['a service', routes.createService, service],
    ['a changed service', routes.updateService, service],
    ['a test call', routes.testService, { httpMethod: 'post', path: '/health', payload: { key: 'value' } }],
  ])('%s is accepted as it is', (_what, route, body) => {
    expect(readBody(route, body)).toEqual({ kind: 'valid', value: body })
  })

  it('an image is accepted as multipart fields', () => {
    expect(parseMultipartFields(routes.createImage, image)).toMatchObject({ kind: 'valid' })
    expect(parseMultipartFields(routes.createImageVersion, image)).toMatchObject({ kind: 'valid' })
    expect(parseMultipartFields(routes.updateImageVersion, image)).toMatchObject({ kind: 'valid' })
  })
})
