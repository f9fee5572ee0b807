import { exportQuery, exportService, exportWorkflow } from '../../apply/export-documents.ts'
import { usageError } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId, workflowId } from '../../names/resolve.ts'
import type { Session } from '../../session/session.ts'

const exported = ['workflow', 'service', 'query'] as const

export const command = defineCommand({
  arguments: {
    kind: argument('KIND', `What to export: ${exported.join(', ')}.`),
    name: argument('NAME', 'Id or name of it; of a query its path.'),
  },
  description:
    'Prints a thing of the server as a file for `apply`, with images by their names. A plan of the file has nothing to do.\nSecrets are named and never shown.',
  examples: ['cairn export workflow nightly > nightly.yaml', 'cairn export service forecast'],
  run: async ({ args, options }, session) => {
    const document = await exportOf(args.kind, args.name, session)
    if (options.output !== undefined) return session.output.value(document)
    const { stringify } = await import('yaml')
    session.output.line(stringify(document, { version: '1.1', lineWidth: 0 }).replace(/\n$/, ''))
  },
})

async function exportOf(kind: string, name: string, session: Session): Promise<object> {
  const client = await session.client()
  switch (exported.find((known) => known === kind)) {
    case 'workflow':
      return exportWorkflow(await client.workflows.describeWorkflow(await workflowId(client, name)))
    case 'service':
      return exportService(client, await client.services.describeService(await serviceId(client, name)))
    case 'query':
      return exportQuery(client, name)
    default:
      throw usageError(`KIND must be one of ${exported.join(', ')}; got ${kind}.`)
  }
}
