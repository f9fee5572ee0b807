import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as contract from '@cairn/contract'
import { describe, expect, it } from 'vitest'
import { groups } from '../src/commands/table.ts'
import { defineCommand } from '../src/grammar/command.ts'
import { findCommand, overview } from '../src/grammar/find-command.ts'
import { commandHelp } from '../src/grammar/help.ts'
import { argument, choice, flag, integer, list, optionName, pairs, requiredText, text } from '../src/grammar/option.ts'
import { parseWords } from '../src/grammar/parse.ts'
import { words } from '../src/grammar/words.ts'

const command = defineCommand({
  arguments: { file: argument('FILE', 'A file.') },
  options: {
    name: text('Name.', { short: 'n' }),
    kind: text('Kind.', { values: ['big', 'small'] }),
    useCache: choice('Cache.'),
    dryRun: flag('Dry.'),
    count: integer('Count.'),
    status: list('Statuses.', { values: ['ready', 'in-use'] }),
    params: pairs('Parameters.', { short: 'p' }),
  },
  run: () => Promise.resolve(),
})

function parse(...argv: string[]): unknown {
  const parsed = parseWords(command, argv)
  if (parsed.kind !== 'given') return parsed.kind
  const { output: _o, paging: _p, useContext: _c, url: _u, ...options } = parsed.given.options
  return {
    ...parsed.given.args,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  }
}

describe('a command line', () => {
  it('gives each option its type, and keeps false, 0 and negative numbers', () => {
    expect(parse('f', '--no-use-cache', '--count', '0')).toEqual({
      file: 'f',
      useCache: false,
      count: 0,
      dryRun: false,
    })
    expect(parse('f', '--use-cache', '--count', '-1')).toMatchObject({ useCache: true, count: -1 })
    expect(parse('f')).toEqual({ file: 'f', dryRun: false })
  })

  it('takes lists repeated and by commas, pairs with = in their values, and short forms', () => {
    expect(parse('--status', 'ready,in-use', '--status=ready', 'f')).toMatchObject({
      status: ['ready', 'in-use', 'ready'],
    })
    expect(parse('f', '-p', 'a=b=c==', '-pd=', '--params', 'e=1')).toMatchObject({
      params: { a: 'b=c==', d: '', e: '1' },
    })
    expect(parse('f', '-nx', '--dry-run')).toMatchObject({ name: 'x', dryRun: true })
  })

  it('takes words behind -- as they are', () => {
    expect(parse('--', '--name')).toEqual({ file: '--name', dryRun: false })
  })

  it.each([
    [['f', '--nmae', 'x'], 'There is no option --nmae here. Did you mean --name?'],
    [['f', '--kind', 'smal'], '--kind must be one of big, small; got smal. Did you mean small?'],
    [['f', '--status', 'ready,redy'], '--status must be one of ready, in-use; got redy. Did you mean ready?'],
    [['f', '--count', 'two'], '--count must be a whole number; got two.'],
    [['f', '-p', 'novalue'], '--params must be NAME=VALUE; got novalue.'],
    [['f', '--name'], '--name needs a value: --name TEXT'],
    [['f', '--dry-run=yes'], '--dry-run takes no value; got yes.'],
    [[], 'FILE is missing: a file.'],
    [['f', 'g'], 'g is one word too many: this command takes FILE.'],
  ])('%j is refused with what to write instead', (argv, message) => {
    expect(() => parse(...argv)).toThrow(message)
  })

  it('is answered with help or a sample before anything is missing', () => {
    expect(parse('--help')).toBe('help')
    const needy = defineCommand({
      arguments: { file: argument('FILE', 'A file.') },
      options: { generate: flag('Sample.'), id: requiredText('Id.') },
      sample: 'body: {}\n',
      run: () => Promise.resolve(),
    })
    expect(parseWords(needy, ['--generate']).kind).toBe('sample')
  })
})

describe('the commands', () => {
  const refuse = async (...argv: string[]): Promise<string> => {
    const found = findCommand(groups, argv)
    if (found.kind !== 'command') throw new Error(`${argv.join(' ')} is no command`)
    const { command: each } = await found.entry.load()
    try {
      parseWords(each, found.words)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
    return 'taken'
  }

  it.each([
    [
      'users invite a@b.c --role editer',
      '--role must be one of viewer, editor, admin; got editer. Did you mean editor?',
    ],
    ['users list --status off', '--status must be one of active, invited, disabled; got off.'],
    ['tokens create x', '--scope is required.'],
    ['tokens create x --scope all', '--scope must be one of read, run, write; got all.'],
    ['audit --result ok', '--result must be one of done, refused; got ok.'],
    ['services limits s --requests-per-second many', '--requests-per-second must be a whole number or none; got many.'],
    ['services limits s --requests-per-second none', 'taken'],
    ['services rollback s two', 'REVISION must be a whole number from 1 on; got two.'],
    ['services rollback s', 'taken'],
    ['workflows restore w 0', 'REVISION must be a whole number from 1 on; got 0.'],
    ['workflows restore w', 'REVISION is missing: number of a revision; `workflows history` lists them.'],
    [
      'init workflo',
      'KIND must be one of artifact, image, workflow, service, query; got workflo. Did you mean workflow?',
    ],
    ['schema servis', 'KIND must be one of'],
    ['export nothing x', 'KIND must be one of'],
    ['completion tcsh', 'SHELL must be one of bash, zsh, fish; got tcsh.'],
  ])('%s: %s', async (line, message) => {
    expect(await refuse(...line.split(' '))).toContain(message)
  })
})

describe('the table of commands', () => {
  it('finds commands of one and two words, and names the nearest of others', () => {
    expect(findCommand(groups, ['images', 'list', '--all'])).toMatchObject({
      entry: { path: 'images list' },
      words: ['--all'],
    })
    expect(findCommand(groups, ['render', 'f'])).toMatchObject({ entry: { path: 'render' }, words: ['f'] })
    expect(() => findCommand(groups, ['iamges'])).toThrow('There is no command iamges. Did you mean images?')
    expect(() => findCommand(groups, ['images', 'lst'])).toThrow('There is no command images lst. Did you mean list?')
    expect(findCommand(groups, ['images', '--help'])).toEqual({ kind: 'overview', path: 'images' })
    expect(overview('images', groups)).toContain('create-or-update')
  })

  it('has for every command a help with its usage and an example that it takes', async () => {
    for (const { path, summary, load } of groups.flatMap(({ commands }) => commands)) {
      const { command: each } = await load()
      expect(commandHelp(path, summary, each)).toContain(`Usage: cairn ${path}`)
      expect(each.examples.length).toBeGreaterThan(0)
      for (const example of each.examples) {
        const line = example.split(/ [|<>] /).find((part) => part.startsWith('cairn ')) ?? ''
        const argv = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
        const found = findCommand(groups, argv.slice(1))
        if (found.kind !== 'command') throw new Error(`${example} is no command`)
        expect(() => parseWords(each, found.words)).not.toThrow()
      }
    }
  })

  it('has every command, argument, option and short form of the reference client', async () => {
    const grammar = await readFile(join(import.meta.dirname, 'fixtures/reference-grammar.json'), 'utf8')
    const reference: Record<string, { readonly arguments: number; readonly options: readonly string[] }> =
      JSON.parse(grammar)
    const entries = new Map(groups.flatMap(({ commands }) => commands.map((entry) => [entry.path, entry] as const)))
    for (const [path, expected] of Object.entries(reference)) {
      const entry = entries.get(path)
      if (entry === undefined) throw new Error(`there is no command ${path}`)
      const { command: own } = await entry.load()
      const names = Object.entries(own.options).flatMap(([key, option]) => [
        optionName(key),
        ...(option.short === null ? [] : [`-${option.short}`]),
        ...(option.deniable ? [optionName(key).replace('--', '--no-')] : []),
      ])
      expect([path, expected.options.filter((name) => !names.includes(name))]).toEqual([path, []])
      expect([path, Object.keys(own.arguments).length]).toEqual([path, expected.arguments])
    }
  })
})

it('the words of options are those of the contract', () => {
  const known: Readonly<Record<string, unknown>> = { ...contract }
  const shared = Object.entries(words).filter(([name]) => known[name] !== undefined)
  expect(shared.length).toBeGreaterThan(8)
  expect(shared.map(([name, values]) => [name, new Set(values)])).toEqual(
    shared.map(([name]) => [name, new Set(known[name] as readonly string[])]),
  )
})
