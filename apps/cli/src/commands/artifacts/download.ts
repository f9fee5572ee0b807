import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { usageError } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument, integer } from '../../grammar/option.ts'
import { artifactId } from '../../names/resolve.ts'
import { saveDownload } from '../shared/print-log.ts'

export const command = defineCommand({
  arguments: {
    artifact: argument('ARTIFACT_ID', 'Id or name of the artifact.', 'artifact'),
    path: argument('DOWNLOAD_PATH', 'File to write the zip to.', 'file'),
  },
  options: { version: integer('Number of the version; the latest when left out.'), ...dryRunOption },
  examples: ['cairn artifacts download forecast forecast.zip --version 2'],
  run: async ({ args, options }, session) => {
    const path = resolve(session.workingDirectory, args.path)
    const known = await stat(path).catch(() => null)
    if (known?.isDirectory() === true) throw usageError(`${args.path} is a folder: name a file in it.`)
    const client = await session.client()
    const id = await artifactId(client, args.artifact)
    if (session.isDryRun) return session.output.value({ artifactId: id, version: options.version ?? 'latest', path })
    const download = await client.artifacts.downloadArtifact(id, options.version, { signal: session.signal })
    await saveDownload(session, download, args.path)
  },
})
