/** The flags that images, versions and updates of versions share, and the requests that they make. */
import { resolve } from 'node:path'
import { usageError } from '../../errors/cli-error.ts'
import { readTextFile } from '../../files/named-file.ts'
import { descriptionFileOption, dryRunOption, fileOptions, waitOptions } from '../../grammar/common-options.ts'
import { type ValuesOf, choice, list, pairs, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import type { Session } from '../../session/session.ts'
import { isJsonObject } from '../../templates/read-yaml.ts'
import { type Assignment, parseJsonOption } from '../shared/request-body.ts'

/** Of every command that builds. */
export const buildFlags = {
  ...fileOptions,
  ...descriptionFileOption,
  description: text('Description of the image.'),
  artifactPath: text('Folder to upload as the build context.', { placeholder: 'FOLDER', completion: 'folder' }),
  artifactIgnoreFiles: list('Files in that folder with gitignore patterns of what to leave out.', {
    placeholder: 'FILES',
  }),
  buildDetails: text('Build details as JSON.', { placeholder: 'JSON' }),
  source: text('What to build from.', { values: words.buildSources }),
  dockerfile: text('Text of the Dockerfile, for the source dockerfile.'),
  dockerfilePath: text('Path of the Dockerfile in the context.', { placeholder: 'PATH' }),
  context: text('Path of the build context in the upload or the repository.', { placeholder: 'PATH' }),
  repository: text('Repository to build from, for the source github.', { placeholder: 'URL' }),
  branch: text('Branch, tag or commit of the repository.'),
  token: text('Name of the stored token for the repository.', { placeholder: 'NAME' }),
  useCache: choice('Build with the cache, or without.'),
  buildArguments: pairs('Build argument. Repeat for more.'),
  secrets: list('Names of secrets that the build is given.', { placeholder: 'NAMES' }),
  ...dryRunOption,
  ...waitOptions,
}

export const versionFlag = { version: text('Semantic version such as 0.0.2.') }

/** Also of commands that make an image. */
export const imageFlags = {
  name: text('Name of the image.'),
  ...versionFlag,
  type: text('What the image is for.', { values: words.imageTypes }),
}

export function imageAssignments(flags: ValuesOf<typeof imageFlags>): Assignment[] {
  return [
    ['name', flags.name],
    ['version', flags.version],
    ['type', flags.type],
  ]
}

type BuildFlags = ValuesOf<typeof buildFlags>

async function readDescription(given: BuildFlags, session: Session): Promise<string | undefined> {
  if (given.description !== undefined || given.descFile === undefined) return given.description
  return readTextFile(resolve(session.workingDirectory, given.descFile), `${given.descFile}, which --desc-file names`)
}

/** What the flags say, each at its place in the body. */
export async function buildAssignments(given: BuildFlags, session: Session): Promise<Assignment[]> {
  const details = parseJsonOption('--build-details', given.buildDetails) ?? {}
  if (!isJsonObject(details)) throw usageError('--build-details must be a JSON object.')
  const buildArguments =
    given.buildArguments && Object.entries(given.buildArguments).map(([name, value]) => ({ name, value }))
  return [
    ['description', await readDescription(given, session)],
    ...Object.entries(details).map(([key, value]): Assignment => [`buildDetails.${key}`, value]),
    ['buildDetails.source', given.source],
    ['buildDetails.dockerfile', given.dockerfile],
    ['buildDetails.dockerfilePath', given.dockerfilePath],
    ['buildDetails.context', given.context],
    ['buildDetails.repository', given.repository],
    ['buildDetails.branch', given.branch],
    ['buildDetails.token', given.token],
    ['buildDetails.useCache', given.useCache],
    ['buildDetails.buildArguments', buildArguments],
    ['buildDetails.secrets', given.secrets],
  ]
}

/** Where the file and the folder of a build come from. */
export function buildSource(file: string | undefined, given: BuildFlags) {
  return {
    file,
    variables: given,
    takesArtifact: true,
    artifactPath: given.artifactPath,
    artifactIgnoreFiles: given.artifactIgnoreFiles,
  }
}
