/** `npm run restore -- FILE DIRECTORY`: puts a backup where a server can start on it. */
import { resolve } from 'node:path'
import { DamagedBackupError, RestoreRefusedError, restoreBackup } from '@cairn/backup'

const [file, directory, ...rest] = process.argv.slice(2)
if (file === undefined || directory === undefined || rest.length > 0) {
  process.stderr.write('usage: npm run restore -- FILE DIRECTORY\n')
  process.exit(2)
}
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')))
try {
  await restoreBackup(resolve(file), resolve(directory), interrupted.signal)
} catch (error) {
  const isExpected = error instanceof DamagedBackupError || error instanceof RestoreRefusedError
  process.stderr.write(`${isExpected || !(error instanceof Error) ? String(error) : (error.stack ?? error.message)}\n`)
  process.exit(1)
}
process.stdout.write(
  `Restored. Stop the server that it is a backup of, if it runs, and start one on it:\n  CAIRN_DATA_DIR=${resolve(directory)} npm start\n`,
)
