import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'

/** A connection to the database that a server of its own runs in its data directory, for what no operation can bring about. */
export async function openEmbeddedDatabase(dataDirectory: string): Promise<Client> {
  const directory = join(dataDirectory, 'postgres')
  const password = (await readFile(join(directory, 'password'), 'utf8')).trim()
  const port = Number((await readFile(join(directory, 'cluster/postmaster.pid'), 'utf8')).split('\n')[3])
  const client = new Client({ host: '127.0.0.1', port, user: 'cairn', database: 'cairn', password })
  await client.connect()
  return client
}
