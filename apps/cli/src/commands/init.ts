import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { CliError, exitCodes } from '../errors/cli-error.ts'
import { cannotWrite } from '../files/named-file.ts'
import { defineCommand } from '../grammar/command.ts'
import { optionalArgument, optionalWordArgument, text } from '../grammar/option.ts'
import { findTarget } from '../session/target.ts'
import { appFolder } from '../starter/app-files.ts'
import { starterFile, starterFolder, type StarterKind, starterKinds } from '../starter/starter-files.ts'

const defaultName = 'hello'

/** A start that can be applied and run: an image, and what uses it. */
const wholeStart: readonly StarterKind[] = ['image', 'workflow', 'service']

export const command = defineCommand({
  arguments: {
    kind: optionalWordArgument(
      'KIND',
      `${starterKinds.join(', ')}; left out = ${wholeStart.join(', ')}.`,
      starterKinds,
    ),
    name: optionalArgument('NAME', `Name of the thing; ${defaultName} when left out.`),
  },
  options: {
    image: text('Name of the image that a workflow or a service uses; NAME when left out.', { completion: 'image' }),
    to: text('Folder to write into; the working directory when left out.', {
      placeholder: 'FOLDER',
      completion: 'folder',
    }),
  },
  description:
    'Writes a file that `plan` takes as it is, with what else it could say in comments, and for images and artifacts a\nfolder `app` when there is none. Calls no server and replaces no file.',
  examples: ['cairn init', 'cairn init workflow nightly --image forecast'],
  run: async ({ args, options }, session) => {
    const kinds = args.kind === undefined ? wholeStart : [args.kind]
    const { name = defaultName } = args
    const folder = resolve(session.workingDirectory, options.to ?? '.')
    // A token that means nothing: the address is known without one.
    const { url } = await findTarget({ url: options.url, context: options.useContext, token: '-' }, session.environment)
    const names = { name, image: options.image ?? name }
    const schemaUrl = (kind: StarterKind): string => `${url.replace(/\/+$/, '')}/docs/schemas/${kind}.json`
    const hasApp = await isThere(join(folder, appFolder))
    const files = kinds.flatMap((kind): [string, string][] => [
      [`${kind}.yaml`, starterFile(kind, names, schemaUrl(kind))],
      ...(hasApp ? [] : Object.entries(starterFolder(kind))),
    ])
    await refuseTaken(
      folder,
      files.map(([path]) => path),
    )
    for (const [path, content] of files) await write(join(folder, path), content)
    await session.output.value({ files: files.map(([path]) => join(options.to ?? '.', path)) })
    const where = options.to === undefined ? '.' : options.to
    session.output.note(`cairn: next: cairn plan -f ${where}, then cairn apply -f ${where}`)
  },
})

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}

/** Before the first is written: all or none. */
async function refuseTaken(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (await isThere(join(folder, path))) {
      throw new CliError(exitCodes.conflict, `${join(folder, path)} is there already.`, {
        hint: 'Move it away, or give another folder with --to.',
      })
    }
  }
}

async function write(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content, { flag: 'wx' })
  } catch (cause) {
    throw cannotWrite(path, cause)
  }
}
