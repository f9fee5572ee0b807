/** A process that owns an embedded PostgreSQL, for tests that kill it. argv: the directory. Ends in order on SIGTERM. */
import { startEmbeddedPostgres } from '../../src/index.ts'

const [, , directory = ''] = process.argv
try {
  const postgres = await startEmbeddedPostgres({ directory, log: (line) => process.stderr.write(`${line}\n`) })
  process.stdout.write(`${JSON.stringify({ url: postgres.url, postmaster: postgres.pid() })}\n`)
  const alive = setInterval(() => undefined, 60_000)
  process.once('SIGTERM', () => {
    clearInterval(alive)
    void postgres.stop()
  })
} catch (error) {
  process.stdout.write(`${JSON.stringify({ refused: String(error) })}\n`)
  process.exitCode = 1
}
