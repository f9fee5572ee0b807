import { repackTar } from '@cairn/archive'
import { type BuildSecret, declaredArguments, findImageTags, giveSecrets, needsBuildKit } from '@cairn/domain'
import type { BuildDirectory } from '@cairn/driver'
import type { BuildToRun } from '@cairn/store'

/** What a builder is given, from what the user gave. */
export interface PreparedContext {
  readonly context: AsyncIterable<Uint8Array>
  readonly directory: BuildDirectory | null
  readonly dockerfilePath: string
  /** Whether the Dockerfile, with its secrets, does. */
  readonly needsBuildKit: boolean
  readonly buildArguments: Readonly<Record<string, string>>
  /** Tags of built images that the Dockerfile or an argument names. */
  readonly imageTags: readonly string[]
  /** The commit of the repository that it is from; null = it is from none. */
  readonly commit: string | null
  /** For the build's log. */
  readonly notes: readonly string[]
  /** Call when the builder has ended, however it did. */
  release(): Promise<void>
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly prepared: PreparedContext }
  /** The user's fault; the reason says what to change. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface BuildSource extends Pick<BuildToRun, 'details' | 'contextSha256'> {
  readonly secrets: readonly BuildSecret[]
}

export const maxDockerfileBytes = 1024 * 1024

/** Id of the user that images which ask for one (`ARG PEAK_USER_ID`) create and run as: no system user has it, and it is not root. */
const userId = '10001'

/** What a Dockerfile asks for and is given. */
export interface PreparedDockerfile
  extends Pick<PreparedContext, 'buildArguments' | 'imageTags' | 'notes' | 'needsBuildKit'> {
  /** With its secrets. */
  readonly text: string
  /** Whether `text` is another than the user's. */
  readonly isChanged: boolean
}

/** The user's arguments, and those that the Dockerfile asks for and Cairn supplies; and its secrets. */
export function prepareDockerfile({ details, secrets }: BuildSource, dockerfile: string): PreparedDockerfile {
  const chosen = (details.buildArguments ?? []).map(({ name, value }) => [name, value] as const)
  const supplied = declaredArguments(dockerfile).has('PEAK_USER_ID') ? { PEAK_USER_ID: userId } : {}
  const buildArguments = { ...supplied, ...Object.fromEntries(chosen) }
  const imageTags = findImageTags([dockerfile, ...Object.values(buildArguments)].join('\n'))
  const given = giveSecrets(dockerfile, secrets)
  return { buildArguments, imageTags, ...given, needsBuildKit: needsBuildKit(given.text) }
}

/** The context with the Dockerfile as it is to be built. */
export function withDockerfile(
  context: AsyncIterable<Uint8Array>,
  path: string,
  { text, isChanged }: Pick<PreparedDockerfile, 'text' | 'isChanged'>,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (!isChanged) return context
  return repackTar(context, { place: (file) => file, contents: new Map([[path, Buffer.from(text)]]), signal })
}

export function refused(reason: string): Preparation {
  return { kind: 'refused', reason }
}
