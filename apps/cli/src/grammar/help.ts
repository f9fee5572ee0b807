/** Help texts, from the table and from what a command declares. */
import type { Command } from './command.ts'
import { commonOptions } from './common-options.ts'
import { type Option, optionName } from './option.ts'

/** Rows as two columns. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(34, Math.max(0, ...rows.map(([left]) => left.length)))
  return rows
    .map(([left, right]) =>
      left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
    )
    .join('\n')
}

/** `--use-cache, --no-use-cache`, `-o, --output FORMAT`. */
export function optionUsage(key: string, option: Option<unknown>): string {
  const name = optionName(key)
  const value = option.placeholder === null ? '' : ` ${option.placeholder}`
  const short = option.short === null ? '' : `-${option.short}, `
  return `${short}${name}${value}${option.deniable ? `, ${name.replace('--', '--no-')}` : ''}`
}

/** The summary with what is not said by it. */
export function optionSummary(option: Option<unknown>): string {
  const values = option.values === null ? '' : ` One of ${option.values.join(', ')}.`
  return `${option.summary}${values}${option.required ? ' Required.' : ''}`
}

/** `cairn images describe IMAGE_ID [OPTIONS]`. */
export function usageLine(path: string, command: Command): string {
  const words = Object.values(command.arguments).map(({ placeholder, required }) =>
    required ? placeholder : `[${placeholder}]`,
  )
  return ['cairn', path, ...words, '[OPTIONS]'].join(' ')
}

export function commandHelp(path: string, summary: string, command: Command): string {
  const isCommon = (key: string): boolean => Object.hasOwn(commonOptions, key)
  const rowsOf = (entries: readonly (readonly [string, Option<unknown>])[]) =>
    entries.map(([key, option]) => [optionUsage(key, option), optionSummary(option)] as const)
  const options = Object.entries(command.options)
  const own = rowsOf(options.filter(([key]) => !isCommon(key)))
  const common = rowsOf(options.filter(([key]) => isCommon(key)))
  const args = Object.values(command.arguments).map((item) => [item.placeholder, item.summary] as const)
  const sections = [
    `${summary}\n\nUsage: ${usageLine(path, command)}`,
    command.description,
    args.length === 0 ? '' : `Arguments:\n${columns(args)}`,
    own.length === 0 ? '' : `Options:\n${columns(own)}`,
    `Options of every command:\n${columns([...common, ['-h, --help', 'Show this.']])}`,
    command.examples.length === 0 ? '' : `Examples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`,
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}
