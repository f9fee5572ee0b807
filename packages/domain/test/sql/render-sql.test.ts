import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { renderSql, templateLineAt } from '../../src/index.ts'
import { readTokens } from './sql-tokens.ts'

const textOf = (template: string, values: Record<string, string>): string => {
  const rendering = renderSql(template, values)
  return rendering.kind === 'rendered' ? rendering.text : `refused: ${rendering.reason}`
}

describe('a value in the text of a query', () => {
  it.each([
    ['by itself is a literal', 'select {{v}}', "select 'it''s'"],
    ['as a number is a literal without a type', 'limit {{ n }}', "limit '10'"],
    ["inside '…' is text", "select 'a {{v}} b'", "select 'a it''s b'"],
    ["inside E'…' is text", "select E'\\n{{b}}'", "select E'\\n\\\\''; drop table t --'"],
    ['with a backslash by itself is the same under every setting', 'select {{b}}', "select E'\\\\''; drop table t --'"],
    ['inside "…" is part of a name', 'select 1 as "x{{q}}"', 'select 1 as "xa""b"'],
    [
      'in a comment stays a placeholder',
      '-- {{nope}}\n/* {{nope}} /* {{v}} */ */ select 1',
      '-- {{nope}}\n/* {{nope}} /* {{v}} */ */ select 1',
    ],
    ['behind an ampersand makes no Unicode string', 'select 1&{{n}}', "select 1& '10'"],
    ['that looks like a placeholder is not filled in again', 'select {{p}}', "select '{{v}}'"],
    [
      'takes the name as written, from the parameters alone',
      'select {{constructor}}',
      'refused: line 1: the step has no parameter "constructor"',
    ],
  ])('%s', (_what, template, expected) => {
    expect(textOf(template, { v: "it's", n: '10', b: "\\'; drop table t --", q: 'a"b', p: '{{v}}' })).toBe(expected)
  })

  it.each([
    ['an array literal', `select '{{1,2},{3,4}}'::int[]`],
    ['braces in JSON', `select '{"a":{"b":{}}}'::jsonb`],
    ['dollar quotes without parameters', 'do $f$ begin perform 1; end $f$'],
    ['positional parameters and names with a dollar', 'select $1, a$b$ from t$1'],
    ['operators that begin like comments', 'select 1 -/* c */- 2, 3 */* c */ 4'],
  ])('%s stay as they are', (_what, template) => {
    expect(textOf(template, {})).toBe(template)
  })

  it.each([
    ['select\n{{x}}', 'line 2: the step has no parameter "x"'],
    ['select {{v}', 'line 1: {{ opens no parameter here; write {{name}} with letters, digits and _'],
    ['select {{a-b}}', 'line 1: {{ opens no parameter here'],
    ['select * from sales_{{v}}', 'line 1: {{v}} is attached to a name or number'],
    ['select * from {{v}}_old', 'line 1: {{v}} is attached to a name or number'],
    ['select * from s.{{v}}', 'line 1: {{v}} is attached to a name or number'],
    ['select E{{v}}', 'line 1: {{v}} is attached to a name or number'],
    ["select 'a'\n{{v}}", 'line 2: put an operator or a comma between {{v}} and the literal before it'],
    ["select E'a' -- c\n{{v}}", 'line 2: put an operator or a comma between {{v}} and the literal before it'],
    ['select {{v}}{{v}}', 'line 1: put an operator or a comma between {{v}} and the literal before it'],
    ["select {{v}}\n'a'", 'line 2: put an operator or a comma between a parameter and the string after it'],
    ["select E'\\{{v}}'", 'line 1: a parameter stands directly behind a backslash escape'],
    ["select E'\\x4{{v}}'", 'line 1: a parameter stands directly behind a backslash escape'],
    ["select E'\\12{{v}}'", 'line 1: a parameter stands directly behind a backslash escape'],
    ["select B'1{{v}}'", "line 1: no value can be put into B'…' or X'…'"],
    ["select U&'{{v}}'", "line 1: no value can be put into U&'…'"],
    ["select U&'a'\n'{{v}}'", "line 2: no value can be put into U&'…'"],
    ['select U&"{{v}}"', 'line 1: no value can be put into U&"…"'],
    ['do $$ select {{v}} $$', 'line 1: {{v}} stands between dollar quotes'],
    ["select 'a", "line 1: a string that begins with ' does not end"],
    ["select E'a\\", "line 1: a string that begins with ' does not end"],
    ['select "a', 'line 1: a name that begins with " does not end'],
    ['select 1 /* a /* b */', 'line 1: a comment that begins with /* does not end'],
    ['select $a$ b $$', 'line 1: a text that begins with $ does not end'],
    ['select 1$$x$$', 'line 1: put a blank between a number and $'],
    ['select 1 as "{{long}}"', 'line 1: a name has at most 63 bytes; with its values this one has 64'],
    ['select {{nul}}', 'line 1: parameter "nul" is not text'],
    ['select {{half}}', 'line 1: parameter "half" is not text'],
  ])('%j is refused', (template, reason) => {
    const values = { v: 'x', long: 'é'.repeat(32), nul: 'a\0b', half: '\ud800' }
    expect(textOf(template, values).startsWith(`refused: ${reason}`)).toBe(true)
  })

  it('does not fill memory when a large value stands in many places', () => {
    expect(textOf('{{v}},'.repeat(1000), { v: 'x'.repeat(64 * 1024) })).toMatch(/^refused: line 1: .* has more than/)
  })
})

test('a position in the filled text is a line of the template', () => {
  const template = 'select {{a}},\n  {{b}},\n  nope'
  const rendering = renderSql(template, { a: '1\n2\n3', b: '😀' })
  if (rendering.kind !== 'rendered') throw new Error(rendering.reason)
  const lineAt = (what: string) =>
    templateLineAt(template, rendering, Array.from(rendering.text.slice(0, rendering.text.indexOf(what))).length + 1)
  expect(['select', '2', '😀', 'nope'].map(lineAt)).toEqual([1, 1, 2, 3])
})

/** Pieces of queries; `@` becomes a placeholder. Most are no SQL, which the rules of tokens do not ask for. */
const pieces = [
  '@',
  ' @ ',
  "'a@b'",
  "'@'",
  "'@@'",
  "'''@'",
  "'@'''",
  "E'@'",
  "e'\\\\@'",
  "E'\\n @ \\''",
  "n'@'",
  '"@"',
  '"a""@"',
  '"@""b"',
  '-- @\n',
  '/* @ */',
  '/*/**/@*/',
  '$$x$$',
  '$a$ $b$ $a$',
  'a$b',
  'tabl',
  ' e',
  'E',
  'U&',
  'B',
  '1',
  ' 1e5 ',
  '$1',
  '.',
  ',',
  ';',
  '&',
  '-',
  '/',
  '*',
  '(',
  ')',
  ' ',
  '\n',
  '::',
  '=',
  "E'a'\n'@\\''",
  "B'10'",
  'é',
  '{',
  '}',
  "'{{1},{2}}'",
  '\t',
  '\\',
]

const hostile = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '$$',
        '$a$',
        '--',
        '/*',
        '*/',
        ';',
        '\n',
        '\r',
        '{{v0}}',
        'e',
        'E',
        ' ',
        "''",
        "\\'",
        '😀',
        'é',
        '0',
        'x',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 10 }).filter((text) => !text.includes('\0') && text.isWellFormed()),
)

test('any value in any place is read back as it is, and no other token changes', () => {
  let compared = 0
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }),
      fc.array(hostile, { minLength: 3, maxLength: 3 }),
      (parts, given) => {
        let slots = 0
        const template = parts.join('').replaceAll('@', () => `{{v${slots++ % 3}}}`)
        const values = Object.fromEntries(given.map((value, index) => [`v${index}`, value]))
        const marks = Object.fromEntries(given.map((_, index) => [`v${index}`, `zq${index}qz`]))
        const filled = renderSql(template, values)
        const marked = renderSql(template, marks)
        if (filled.kind === 'refused' || marked.kind === 'refused') return
        compared += 1
        const expected = readTokens(marked.text).map(({ kind, value }) => ({
          kind,
          value: value.replaceAll(/zq([0-2])qz/g, (_, index: string) => given[Number(index)] ?? ''),
        }))
        expect(readTokens(filled.text)).toEqual(expected)
      },
    ),
    { numRuns: 4000 },
  )
  expect(compared).toBeGreaterThan(400)
})

test('scanning never throws and ends, whatever the text', () => {
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' }))
  const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('').replaceAll('@', '{{v}}'))
  fc.assert(
    fc.property(text, (template) => {
      expect(renderSql(template, { v: 'x' }).kind).toMatch(/^(rendered|refused)$/)
    }),
    { numRuns: 2000 },
  )
})
