import { expect, test } from 'vitest'
import { validateArtifact } from './validate-artifact.ts'

const rulesOf = (files: readonly { path: string; sizeBytes: number }[], sizeBytes = 100) =>
  validateArtifact('email', { files, sizeBytes }).problems.map(({ file, rule }) => `${file}: ${rule}`)

test('What may be attached to a mail has no problems', () => {
  expect(rulesOf([{ path: 'report.pdf', sizeBytes: 10 * 1024 * 1024 }], 25 * 1024 * 1024)).toEqual([])
})

test('What mail servers refuse is named, file by file', () => {
  const files = [
    { path: 'deep/SETUP.EXE', sizeBytes: 1 },
    { path: 'large.csv', sizeBytes: 10 * 1024 * 1024 + 1 },
    { path: 'exe', sizeBytes: 1 },
  ]
  expect(rulesOf(files, 25 * 1024 * 1024 + 1)).toEqual([
    'null: is larger than 26214400 bytes',
    'deep/SETUP.EXE: is a program by its name; mail servers drop it',
    'large.csv: is larger than 10485760 bytes',
  ])
  expect(rulesOf([])).toEqual(['null: holds no file'])
})

test('At most 100 problems are named', () => {
  const files = Array.from({ length: 300 }, (_, index) => ({ path: `${index}.exe`, sizeBytes: 1 }))
  expect(rulesOf(files)).toHaveLength(100)
})

test('A source without rules, and no source, say so', () => {
  const content = { files: [], sizeBytes: 1 }
  expect(validateArtifact('press', content)).toMatchObject({ source: 'press', problems: [{ file: null }] })
  expect(validateArtifact(null, content)).toMatchObject({ source: null, problems: [{ file: null }] })
})
