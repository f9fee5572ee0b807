import { expect, it } from 'vitest'
import { bytesText } from './bytes.ts'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [4200, '4.2 kB'],
  [12_345, '12 kB'],
  [999_600, '1.0 MB'],
  [2_500_000_000, '2.5 GB'],
])('%i bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))
