import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Kind, kinds } from '../../apply/document.ts'
import { documentPath, documentText } from '../../apply/document-text.ts'
import { exportAll } from '../../apply/export-all.ts'
import {
  exportArtifact,
  type ExportedDocument,
  exportImage,
  exportQuery,
  exportSecret,
  exportService,
  exportWorkflow,
} from '../../apply/export-documents.ts'
import type { CairnClient } from '@cairn/sdk'
import { usageError } from '../../errors/cli-error.ts'
import { cannotWrite } from '../../files/named-file.ts'
import { defineCommand } from '../../grammar/command.ts'
import { flag, optionalArgument, optionalWordArgument, text } from '../../grammar/option.ts'
import { artifactId, imageId, serviceId, workflowId } from '../../names/resolve.ts'
import type { Session } from '../../session/session.ts'

export const command = defineCommand({
  arguments: {
    kind: optionalWordArgument('KIND', `What to export: ${kinds.join(', ')}.`, kinds),
    name: optionalArgument('NAME', 'Id or name of it; of a query its path.', 'kind before'),
  },
  options: {
    all: flag('Everything there is, in the order in which apply makes it.'),
    to: text('Folder for a file for each thing; files that are there are written anew.', {
      placeholder: 'FOLDER',
      completion: 'folder',
    }),
  },
  description:
    'Prints a thing of the server as a file for `apply`, with images by their names. A plan of the file has nothing to do.\nSecrets are named and never shown; folders of images and artifacts stay on the server.',
  examples: [
    'cairn export workflow nightly > nightly.yaml',
    'cairn export service forecast',
    'cairn export --all --to deploy',
  ],
  run: async ({ args, options }, session) => {
    const documents = documentsOf(args, options.all, session)
    if (options.to !== undefined) return writeFiles(documents, options.to, session)
    if (options.output !== undefined) return printValues(documents, options.all, session)
    let isFirst = true
    for await (const document of documents) {
      if (!isFirst) session.output.line('---')
      isFirst = false
      session.output.line((await documentText(document)).replace(/\n$/, ''))
    }
  },
})

interface Named {
  readonly kind: Kind | undefined
  readonly name: string | undefined
}

async function* documentsOf({ kind, name }: Named, all: boolean, session: Session): AsyncGenerator<ExportedDocument> {
  if (all) {
    if (kind !== undefined) throw usageError(`--all exports everything: leave ${kind} out.`)
    yield* exportAll(await session.client())
  } else if (kind === undefined || name === undefined) throw usageError('KIND and NAME are missing, or --all.')
  else yield await exporters[kind](await session.client(), name)
}

const exporters: Readonly<Record<Kind, (client: CairnClient, name: string) => Promise<ExportedDocument>>> = {
  secret: (_client, name) => Promise.resolve(exportSecret({ name })),
  query: exportQuery,
  artifact: async (client, name) =>
    exportArtifact(await client.artifacts.describeArtifact(await artifactId(client, name))),
  image: async (client, name) => exportImage(client, await client.images.describeImage(await imageId(client, name))),
  workflow: async (client, name) =>
    exportWorkflow(await client.workflows.describeWorkflow(await workflowId(client, name))),
  service: async (client, name) =>
    exportService(client, await client.services.describeService(await serviceId(client, name))),
}

async function printValues(documents: AsyncIterable<ExportedDocument>, all: boolean, session: Session): Promise<void> {
  const values: Pick<ExportedDocument, 'kind' | 'body'>[] = []
  for await (const { kind, body } of documents) values.push({ kind, body })
  await session.output.value(all ? { documents: values } : values[0])
}

async function writeFiles(documents: AsyncIterable<ExportedDocument>, folder: string, session: Session): Promise<void> {
  const files: string[] = []
  for await (const document of documents) {
    const { kind, body } = document
    const file = documentPath(kind, String(body[kind === 'query' ? 'path' : 'name']))
    const path = resolve(session.workingDirectory, folder, file)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, await documentText(document))
    } catch (cause) {
      throw cannotWrite(path, cause)
    }
    files.push(join(folder, file))
  }
  await session.output.value({ files })
}
