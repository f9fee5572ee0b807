import { expect, it } from 'vitest'
import { readText, textOf } from './yaml-text.ts'

it('writes a workflow so that it reads the same', () => {
  const body = {
    name: 'nightly',
    triggers: [{ cron: '0 5 * * *' }],
    steps: { train: { imageId: 1, command: 'set -e\npython train.py --note "a: b"', parents: [] } },
  }
  expect(readText(textOf(body))).toEqual({ body })
})

it.each([
  ['', 'A workflow is a map with `name` and `steps`.'],
  ['- a', 'A workflow is a map with `name` and `steps`.'],
  ['name: 7', '`name` must be a text: put it in quotes.'],
  ['steps: []', '`steps` must be a map from names to steps.'],
  ['steps: {train: python}', 'The step `train` must be a map.'],
])('says what is wrong with "%s"', (text, problem) => {
  expect(readText(text)).toEqual({ problem })
})

it('says where a text is no YAML', () => {
  expect(readText('name: "a')).toMatchObject({ problem: expect.stringContaining('line 1') })
})
