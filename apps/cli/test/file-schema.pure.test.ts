/** The JSON Schemas of files take what the commands take, and mark what they refuse. */
import { Check } from 'typebox/schema'
import { expect, it } from 'vitest'
import type { Kind } from '../src/apply/document.ts'
import { artifactSample } from '../src/commands/artifacts/samples.ts'
import { imageSample } from '../src/commands/images/samples.ts'
import { serviceSample } from '../src/commands/services/samples.ts'
import { workflowSample } from '../src/commands/workflows/samples.ts'
import { anyFileSchema, fileSchema } from '../src/file-schema/file-schema.ts'
import { starterFile, starterKinds } from '../src/starter/starter-files.ts'
import { readYaml, readYamlMap } from '../src/templates/read-yaml.ts'

const schemaOf = (kind: Kind): object => fileSchema(kind)

it.each([
  ['image', imageSample],
  ['workflow', workflowSample],
  ['service', serviceSample],
] as const)('takes the sample of %s that --generate prints', async (kind, sample) => {
  expect(Check(schemaOf(kind), await readYaml(sample, kind))).toBe(true)
})

it('takes an artifact whose fields stand under body', async () => {
  const { artifact, ...body } = await readYamlMap(artifactSample, 'artifact.yaml')
  expect(Check(schemaOf('artifact'), { body, artifact })).toBe(true)
})

it.each(starterKinds)('takes what init writes for %s, alone and among files of any kind', async (kind) => {
  const names = { name: 'no', image: 'of it' }
  const file = await readYamlMap(starterFile(kind, names, 'http://127.0.0.1:7420/docs/schemas/x.json'), kind)
  expect(Check(schemaOf(kind), file)).toBe(true)
  expect(Check(anyFileSchema(), file)).toBe(true)
  expect(file['kind']).toBe(kind)
})

it('takes the name of an image in place of its number, in steps and in services', () => {
  const step = { imageName: 'forecast', imageVersion: '0.0.1', command: 'x' }
  expect(Check(schemaOf('workflow'), { kind: 'workflow', body: { name: 'a', steps: { s: step } } })).toBe(true)
  const body = { name: 'a', imageDetails: { imageName: 'forecast', version: '0.0.1' } }
  expect(Check(schemaOf('service'), { body })).toBe(true)
})

it.each([
  ['a key that is not known', { body: { name: 'a', steps: { s: { imageId: 1, comand: 'x' } } } }],
  ['a value of another type', { body: { name: 'a', steps: { s: { imageId: 1, command: 7 } } } }],
  ['another kind', { kind: 'image', body: { name: 'a', steps: { s: { imageId: 1, command: 'x' } } } }],
  ['a body that is missing', { kind: 'workflow' }],
])('marks %s', (_what, file) => {
  expect(Check(schemaOf('workflow'), file)).toBe(false)
})

it('marks a value of a secret, which is never in a file', () => {
  expect(Check(schemaOf('secret'), { kind: 'secret', body: { name: 'a', valueFromEnv: 'A' } })).toBe(true)
  expect(Check(schemaOf('secret'), { kind: 'secret', body: { name: 'a', value: 'open' } })).toBe(false)
})
