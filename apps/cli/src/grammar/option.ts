/**
 * What commands take. Options and arguments carry their type, so that a command reads what it declared; help, completion
 * and docs/cli.md are written from the same values.
 */
import { usageError } from '../errors/cli-error.ts'
import { suggestion } from './nearest-name.ts'

/** `flag`: `--x`, or `--no-x` where it can be denied. The others take a value each time they are given. */
export type OptionKind = 'flag' | 'single' | 'repeated'

/** What the values of an argument or option name, for completion. */
export type Completion = 'file' | 'folder' | 'image' | 'workflow' | 'service' | 'artifact' | 'context' | 'none'

/** What an argument names: one of these words, or such a thing; `kind before` = a thing of the kind that stands before it. */
export type ArgumentCompletion = Completion | 'kind before' | readonly string[]

/** An option. Its key in camelCase gives its name: `imageId` is `--image-id`. */
export interface Option<Value> {
  readonly kind: OptionKind
  readonly summary: string
  /** One letter. */
  readonly short: string | null
  /** Stands for the value in help, e.g. `FILE`; null for flags. */
  readonly placeholder: string | null
  /** The values that are taken; null = any. */
  readonly values: readonly string[] | null
  readonly required: boolean
  /** Of a flag: `--no-x` is taken too. */
  readonly deniable: boolean
  readonly completion: Completion
  /** Turns what was given, in order, into the value. `name` is for messages. */
  readonly read: (given: readonly string[], name: string) => Value
}

/** A positional argument. */
export interface Argument<Value> {
  /** As help shows it, e.g. `IMAGE`. */
  readonly placeholder: string
  readonly summary: string
  readonly required: boolean
  readonly completion: ArgumentCompletion
  readonly read: (given: string | undefined) => Value
}

/** The values of a map of options or arguments. */
export type ValuesOf<Declared> = {
  readonly [Key in keyof Declared]: Declared[Key] extends { readonly read: (...given: never[]) => infer Value }
    ? Value
    : never
}

interface OptionDetails<Word extends string> {
  readonly short?: string
  readonly placeholder?: string
  /** The words that are taken. */
  readonly values?: readonly Word[]
  readonly completion?: Completion
}

function describe(kind: OptionKind, summary: string, details: OptionDetails<string>) {
  return {
    kind,
    summary,
    short: details.short ?? null,
    placeholder: kind === 'flag' ? null : (details.placeholder ?? 'TEXT'),
    values: details.values ?? null,
    required: false,
    deniable: false,
    completion: details.completion ?? 'none',
  }
}

/** The value, which is one of the words when there are some. */
function checkValue<Word extends string>(value: string, name: string, values: readonly Word[] | undefined): Word {
  // Without a list every text is taken, and Word is string.
  if (values === undefined) return value as Word
  const found = values.find((word) => word === value)
  if (found !== undefined) return found
  throw usageError(`${name} must be one of ${values.join(', ')}; got ${value}.${suggestion(value, values)}`)
}

/** `--x`; absent = false. */
export function flag(summary: string, details: { readonly short?: string } = {}): Option<boolean> {
  return { ...describe('flag', summary, details), read: (given) => given.at(-1) === 'true' }
}

/** `--x` or `--no-x`; absent = undefined. */
export function choice(summary: string, details: { readonly short?: string } = {}): Option<boolean | undefined> {
  return {
    ...describe('flag', summary, details),
    deniable: true,
    read: (given) => (given.length === 0 ? undefined : given.at(-1) === 'true'),
  }
}

/** `--x TEXT`; the last one counts. */
export function text<const Word extends string = string>(
  summary: string,
  details: OptionDetails<Word> = {},
): Option<Word | undefined> {
  return {
    ...describe('single', summary, details),
    read: (given, name) => {
      const value = given.at(-1)
      return value === undefined ? undefined : checkValue(value, name, details.values)
    },
  }
}

/** `--x TEXT` that has to be there. */
export function requiredText<const Word extends string = string>(
  summary: string,
  details: OptionDetails<Word> = {},
): Option<Word> {
  return {
    ...describe('single', summary, details),
    required: true,
    read: (given, name) => {
      const value = given.at(-1)
      if (value === undefined) throw usageError(`${name} is required.`)
      return checkValue(value, name, details.values)
    },
  }
}

function readInteger(value: string, name: string): number {
  if (!/^-?\d{1,15}$/.test(value)) throw usageError(`${name} must be a whole number; got ${value}.`)
  return Number(value)
}

/** `--x N`. 0 and negative numbers are values like any other. */
export function integer(summary: string, details: OptionDetails<string> = {}): Option<number | undefined> {
  return {
    ...describe('single', summary, { placeholder: 'N', ...details }),
    read: (given, name) => {
      const value = given.at(-1)
      return value === undefined ? undefined : readInteger(value, name)
    },
  }
}

function splitList(given: readonly string[]): string[] {
  return given.flatMap((value) => value.split(',')).flatMap((value) => (value.trim() === '' ? [] : [value.trim()]))
}

/** `--x a --x b`, `--x a,b`, or both; absent = undefined. */
export function list<const Word extends string = string>(
  summary: string,
  details: OptionDetails<Word> = {},
): Option<Word[] | undefined> {
  return {
    ...describe('repeated', summary, { placeholder: 'LIST', ...details }),
    read: (given, name) =>
      given.length === 0 ? undefined : splitList(given).map((value) => checkValue(value, name, details.values)),
  }
}

/** A {@link list} that has to be there. */
export function requiredList(summary: string, details: OptionDetails<string> = {}): Option<string[]> {
  const base = list(summary, details)
  return {
    ...base,
    required: true,
    read: (given, name) => {
      const values = base.read(given, name)
      if (values === undefined || values.length === 0) throw usageError(`${name} is required.`)
      return values
    },
  }
}

/** `--x NAME=VALUE`, repeated. The first `=` divides, so values may hold more of them. */
export function pairs(
  summary: string,
  details: OptionDetails<string> = {},
): Option<Readonly<Record<string, string>> | undefined> {
  return {
    ...describe('repeated', summary, { placeholder: 'NAME=VALUE', ...details }),
    read: (given, name) => (given.length === 0 ? undefined : Object.fromEntries(given.map((pair) => cut(pair, name)))),
  }
}

function cut(pair: string, name: string): [string, string] {
  const at = pair.indexOf('=')
  if (at < 1) throw usageError(`${name} must be NAME=VALUE; got ${pair}.`)
  return [pair.slice(0, at), pair.slice(at + 1)]
}

/** A positional argument that has to be there. */
export function argument(
  placeholder: string,
  summary: string,
  completion: ArgumentCompletion = 'none',
): Argument<string> {
  return {
    placeholder,
    summary,
    required: true,
    completion,
    read: (given) => {
      if (given === undefined) throw usageError(`${placeholder} is missing: ${lowerFirst(summary)}`)
      return given
    },
  }
}

/** A positional argument that may be left out. */
export function optionalArgument(
  placeholder: string,
  summary: string,
  completion: ArgumentCompletion = 'none',
): Argument<string | undefined> {
  return { placeholder, summary, required: false, completion, read: (given) => given }
}

/** A positional argument that has to be there and is one of the words. */
export function wordArgument<const Word extends string>(
  placeholder: string,
  summary: string,
  words: readonly Word[],
): Argument<Word> {
  const base = argument(placeholder, summary, words)
  return { ...base, read: (given) => checkValue(base.read(given), placeholder, words) }
}

/** A {@link wordArgument} that may be left out. */
export function optionalWordArgument<const Word extends string>(
  placeholder: string,
  summary: string,
  words: readonly Word[],
): Argument<Word | undefined> {
  return {
    ...optionalArgument(placeholder, summary, words),
    read: (given) => (given === undefined ? undefined : checkValue(given, placeholder, words)),
  }
}

/** A whole number from 1 on. */
function readCount(given: string, placeholder: string): number {
  if (/^[1-9]\d{0,14}$/.test(given)) return Number(given)
  throw usageError(`${placeholder} must be a whole number from 1 on; got ${given}.`)
}

/** A positional argument that has to be there and counts something, such as the number of a revision. */
export function countArgument(placeholder: string, summary: string): Argument<number> {
  const base = argument(placeholder, summary)
  return { ...base, read: (given) => readCount(base.read(given), placeholder) }
}

/** A {@link countArgument} that may be left out. */
export function optionalCountArgument(placeholder: string, summary: string): Argument<number | undefined> {
  return {
    ...optionalArgument(placeholder, summary),
    read: (given) => (given === undefined ? undefined : readCount(given, placeholder)),
  }
}

const lowerFirst = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)

/** `imageId` → `--image-id`. */
export function optionName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
