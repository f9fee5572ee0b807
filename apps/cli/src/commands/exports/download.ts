import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { saveDownload } from '../shared/print-log.ts'

export const command = defineCommand({
  arguments: {
    file: argument('EXPORT', 'Id of the file, as `exports list` shows it.'),
    path: argument('DOWNLOAD_PATH', 'File to write it to.', 'file'),
  },
  examples: ['cairn exports download EXPORT sales.csv'],
  run: async ({ args }, session) => {
    const client = await session.client()
    const download = await client.exports.downloadExport(args.file, { signal: session.signal })
    await saveDownload(session, download, args.path)
  },
})
