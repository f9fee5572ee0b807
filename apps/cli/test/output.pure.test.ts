/** What reaches a terminal, and what a file or a pipe. */
import { expect, it } from 'vitest'
import { Output } from '../src/output/output.ts'
import { alignedText, tableText } from '../src/output/table.ts'

const columns = [
  { title: 'Name', value: 'name' },
  { title: 'Tags', value: 'tags' },
]

function outputTo(terminal: { readonly isTerminal: boolean }) {
  const written = { stdout: '', stderr: '' }
  const streams = {
    stdout: { write: (text: string) => void (written.stdout += text), width: null, ...terminal },
    stderr: { write: (text: string) => void (written.stderr += text), ...terminal },
  }
  return { output: new Output('json', streams, true), written }
}

const hostile = 'a\u001B[2Jb\u0007\u009B31mc\u001B]0;title\u0007d\te'

it('keeps every control character of a log from a terminal, but for tabs and carriage returns', () => {
  const { output, written } = outputTo({ isTerminal: true })
  output.line(hostile)
  output.note(`50 %\r${hostile}`)
  expect(written).toEqual({ stdout: 'abcd\te\n', stderr: '50 %\rabcd\te\n' })
})

it('leaves every byte of a log to a pipe', () => {
  const { output, written } = outputTo({ isTerminal: false })
  output.line(hostile)
  expect(written.stdout).toBe(`${hostile}\n`)
})

it('shows a name with control characters in its cell and nowhere else', () => {
  const items = [{ name: 'one\u001B[1A\r\ntwo\u0008\u202Ethree', tags: [] }]
  expect(tableText(columns, items, null)).toBe('NAME            TAGS\none two\uFFFD\uFFFDthree  -')
})

it('puts columns below each other by what a character takes of the terminal', () => {
  expect(
    alignedText(
      [
        ['a', 'b'],
        ['日本', 'x'],
      ],
      null,
    ),
  ).toBe('a     b\n日本  x')
})

it('fits a table into 60 columns of a terminal', () => {
  const items = [{ name: 'n'.repeat(80), tags: [{ name: 'forecast' }, { name: 'nightly' }] }]
  for (const line of tableText(columns, items, 60).split('\n')) expect(line.length).toBeLessThanOrEqual(60)
})

it('gives each cell a line of its own where a terminal has no room for the columns', () => {
  const rows = [
    Array.from({ length: 9 }, (_, at) => `COLUMN ${at}`),
    Array.from({ length: 9 }, (_, at) => `cell ${at}`),
  ]
  expect(
    alignedText([...rows, rows[1] ?? []], 60)
      .split('\n')
      .slice(7, 12),
  ).toEqual(['COLUMN 7  cell 7', 'COLUMN 8  cell 8', '', 'COLUMN 0  cell 0', 'COLUMN 1  cell 1'])
  expect(alignedText(rows, 120).split('\n')).toHaveLength(2)
})
