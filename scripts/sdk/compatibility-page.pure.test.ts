import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@cairn/sdk'
import { expect, it } from 'vitest'
import { type CompatibilityRun, counterpartOf, reasonOf } from './compatibility-page.ts'

const file = join(import.meta.dirname, '../../tests/compat/results.json')
const { results } = JSON.parse(await readFile(file, 'utf8')) as CompatibilityRun
const client = createClient({ baseUrl: 'http://localhost', token: 'none' })

it('the TypeScript client has a method of the same name, in camelCase, for every method of its resources', () => {
  const ours = Object.keys(results).filter(
    (name) => !name.startsWith('peak ') && (name.split('.', 1)[0] ?? '') in client,
  )
  expect(ours.length).toBe(58)
  expect(ours.filter((name) => counterpartOf(client, name) === null)).toEqual([])
})

it('everything of the reference client that does not pass has its reason', () => {
  const others = Object.entries(results).filter(([, result]) => result !== 'passes')
  for (const [name] of others) expect(reasonOf(name)).toMatch(/\w{3}/)
  expect(() => reasonOf('images.create_image')).toThrow('say in')
})
