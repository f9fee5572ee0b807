import type { Session } from '../session/session.ts'
import type { Argument, Option, ValuesOf } from './option.ts'
import { type CommonOptions, commonOptions } from './common-options.ts'

/** Arguments of a command in their order, and options, by key. */
export type ArgumentMap = Readonly<Record<string, Argument<unknown>>>
export type OptionMap = Readonly<Record<string, Option<unknown>>>

/** A command as the parser, help, completion and the docs see it. */
export interface Command {
  readonly arguments: ArgumentMap
  /** With those that every command has. */
  readonly options: OptionMap
  /** Paragraphs after the summary of the table. */
  readonly description: string
  /** Command lines that work as they stand, but for names. */
  readonly examples: readonly string[]
  /** The sample that `--generate` prints; null = it has none. */
  readonly sample: string | null
  readonly run: (given: Given<ArgumentMap, OptionMap>, session: Session) => Promise<void>
}

/** What was given on the command line. */
export interface Given<Arguments, Options> {
  readonly args: ValuesOf<Arguments>
  readonly options: ValuesOf<Options> & ValuesOf<CommonOptions>
}

interface Declaration<Arguments extends ArgumentMap, Options extends OptionMap> {
  readonly arguments?: Arguments
  readonly options?: Options
  readonly description?: string
  readonly examples?: readonly string[]
  readonly sample?: string
  readonly run: (given: Given<Arguments, Options>, session: Session) => Promise<void>
}

/**
 * A command. What `run` gets has the types of what is declared.
 *
 * @example
 * export const command = defineCommand({
 *   arguments: { image: argument('IMAGE_ID', 'Number or name of the image.', 'image') },
 *   run: async ({ args }, session) => session.output.value(await describe(args.image)),
 * })
 */
export function defineCommand<Arguments extends ArgumentMap, Options extends OptionMap>(
  declaration: Declaration<Arguments, Options>,
): Command {
  return {
    arguments: declaration.arguments ?? {},
    options: { ...declaration.options, ...commonOptions },
    description: declaration.description ?? '',
    examples: declaration.examples ?? [],
    sample: declaration.sample ?? null,
    // The parser gives exactly what the declaration asks for: it reads by the same maps.
    run: declaration.run as Command['run'],
  }
}
