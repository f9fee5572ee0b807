import { type Answer, type ApiFixture, formOf, zipOf } from './api-fixture.ts'

export const contextZip = await zipOf({
  Dockerfile: 'FROM scratch',
  'docker/api.Dockerfile': 'FROM scratch',
  'app/main.py': '',
})

/** Asks for an image `forecast` of this context, which the fields may change. */
export function createForecast(
  fixture: ApiFixture,
  fields: Readonly<Record<string, unknown>> = {},
  file: Buffer | undefined = contextZip,
): Promise<Answer> {
  return fixture.call('createImage', { form: formOf({ name: 'forecast', type: 'workflow', ...fields }, file) })
}
