/** The base images that Cairn ships: their Dockerfiles are in `images/`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, ensureGlobalImages, type GlobalImage } from '@cairn/store'

const directory = join(import.meta.dirname, '../../../images')

type Shipped = Omit<GlobalImage, 'dockerfile'> & { readonly folder: string }

const shipped: readonly Shipped[] = [
  {
    name: 'cairn-python',
    folder: 'python',
    type: 'workflow',
    version: '1.0.0',
    description: 'Python 3.11 with pip in a virtual environment, on Debian 12',
  },
  {
    name: 'cairn-node',
    folder: 'node',
    type: 'api',
    version: '1.0.0',
    description: 'Node.js 18 with npm, on Debian 12',
  },
  {
    name: 'cairn-r-shiny',
    folder: 'r-shiny',
    type: 'webapp',
    version: '1.0.0',
    description: 'R 4.2 with shiny, on Debian 12; serves /app',
  },
]

/** Shows them to every tenant. They are built when somebody asks for it. */
export async function ensureShippedImages(database: Database): Promise<void> {
  const images = await Promise.all(
    shipped.map(async ({ folder, ...image }) => {
      const dockerfile = await readFile(join(directory, folder, 'Dockerfile'), 'utf8')
      return { ...image, dockerfile }
    }),
  )
  await database.transaction((tx) => ensureGlobalImages(tx, images))
}
