import { renderSql } from '@cairn/domain'
import { testServerUrl } from '@cairn/testkit'
import * as fc from 'fast-check'
import { Client, type QueryArrayResult } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

let client: Client
beforeAll(async () => {
  client = new Client({ connectionString: testServerUrl(), options: '-c standard_conforming_strings=on' })
  await client.connect()
})
afterAll(() => client.end())

const special = [
  "'",
  '"',
  '\\',
  '$',
  '$$',
  '--',
  '/*',
  '*/',
  ';',
  '\n',
  '\r',
  '{{v}}',
  'E',
  "''",
  "\\'",
  '😀',
  'x',
  '%',
  '\u2028',
]
const anyValue = fc.oneof(
  fc.array(fc.constantFrom(...special), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0') && text.isWellFormed()),
)

const template = `
  -- {{v}} '
  select {{v}}, /* {{v}} " */ 'a{{v}}b', '{{v}}''{{v}}', E'\\n{{v}}\\'{{v}}', E'x'
    '{{v}}', n'{{v}}', 1&{{n}}, {{n}} + 1, jsonb_build_object({{v}}::text, 1), $$it's$$, 'x' as "q{{q}}""{{q}}";
  select 'last' limit {{n}};`

test('PostgreSQL reads every value back as it is, in every place, and sees the statements that were written', async () => {
  await fc.assert(
    fc.asyncProperty(anyValue, anyValue, async (v, name) => {
      const q = name.slice(0, 12).toWellFormed()
      const rendering = renderSql(template, { v, q, n: '1' })
      if (rendering.kind === 'refused') throw new Error(rendering.reason)
      const results = (await client.query({ text: rendering.text, rowMode: 'array' })) as unknown as QueryArrayResult[]
      expect(results).toHaveLength(2)
      const [first, last] = results
      expect(first?.rows).toEqual([
        [v, `a${v}b`, `${v}'${v}`, `\n${v}'${v}`, `x${v}`, v, 1, 2, { [v]: 1 }, "it's", 'x'],
      ])
      expect(first?.fields.at(-1)?.name).toBe(`q${q}"${q}`)
      expect(last?.rows).toEqual([['last']])
    }),
    { numRuns: 200 },
  )
})
