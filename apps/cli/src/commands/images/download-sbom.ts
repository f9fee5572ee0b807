import { defineCommand } from '../../grammar/command.ts'
import { text } from '../../grammar/option.ts'
import { saveDownload } from '../shared/print-log.ts'
import { versionArguments, versionOf } from './version-arguments.ts'

export const command = defineCommand({
  arguments: versionArguments,
  options: {
    fileName: text('File to save to; sbom.json when left out.', { placeholder: 'FILE', completion: 'file' }),
  },
  description: 'Saves the list of the packages in its image, as CycloneDX JSON. It is there soon after the build.',
  examples: ['cairn images download-sbom forecast 0.0.2 --file-name forecast.cdx.json'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const sbom = await client.images.downloadSbom(await versionOf(client, args), { signal: session.signal })
    await saveDownload(session, sbom, options.fileName ?? 'sbom.json')
  },
})
