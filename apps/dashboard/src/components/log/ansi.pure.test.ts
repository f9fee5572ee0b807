import { expect, it } from 'vitest'
import { plainText, styledPieces } from './ansi.ts'

const escape = '\u001b'
const shown = (line: string): string[] =>
  styledPieces(line.replaceAll('^', escape)).map(
    ({ text, colour, isBold }) => `${text}${colour === null ? '' : ` ${colour}`}${isBold ? ' bold' : ''}`,
  )

it.each([
  ['plain', ['plain']],
  ['', ['']],
  ['^[31mred^[0m rest', ['red 1', ' rest']],
  ['^[1;92mok^[22m then^[39m plain', ['ok 10 bold', ' then 10', ' plain']],
  ['^[38;5;3myellow^[38;5;208mkept', ['yellow 3', 'kept 3']],
  ['^[38;2;1;2;31mno red^[m', ['no red']],
  ['50%^[2K^[1G100%', ['50%', '100%']],
  ['cut off ^[3', ['cut off ']],
  ['^7saved', ['saved']],
])('reads %s', (line, pieces) => {
  expect(shown(line)).toEqual(pieces)
})

it('reads a line without its colours', () => {
  expect(plainText(`${escape}[31mError${escape}[0m: no`)).toBe('Error: no')
})
