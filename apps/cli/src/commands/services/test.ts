import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, fileOptions } from '../../grammar/common-options.ts'
import { argument, optionalArgument, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { checkBody, layOver, parseJsonOption, readFileInput, sourceName } from '../shared/request-body.ts'
import { testServiceSample } from './samples.ts'

export const command = defineCommand({
  arguments: {
    service: argument('SERVICE_NAME', 'Name of the service.', 'service'),
    file: optionalArgument('FILE', 'YAML or Jinja file of the request.', 'file'),
  },
  options: {
    ...fileOptions,
    httpMethod: text('Method; get when nothing is said.', { values: words.httpMethods }),
    path: text('Path; / when nothing is said.', { placeholder: 'PATH' }),
    payload: text('Payload as JSON.', { placeholder: 'JSON' }),
    ...dryRunOption,
  },
  description: 'Sends a request to a service of type api and prints what it answered, whatever the status.',
  sample: testServiceSample,
  examples: [`cairn services test forecast-api --http-method post --path /predict --payload '{"months": 3}'`],
  run: async ({ args, options }, session) => {
    const input = await readFileInput('testService', { file: args.file, variables: options }, session)
    const given = layOver(input.body, [
      ['httpMethod', options.httpMethod],
      ['path', options.path],
      ['payload', parseJsonOption('--payload', options.payload)],
    ])
    const body = await checkBody('testService', given, sourceName(args.file), session)
    const client = await session.client()
    await session.output.value(await client.services.testService(args.service, body, { signal: session.signal }))
  },
})
