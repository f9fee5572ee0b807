import { expect, it } from 'vitest'
import { documentPath, documentText } from '../src/apply/document-text.ts'
import { needsOf } from '../src/apply/needs.ts'
import type { Document } from '../src/apply/document.ts'

const document = (kind: Document['kind'], body: Document['body']): Document => ({
  kind,
  name: 'x',
  source: 'x.yaml',
  body,
  artifact: null,
})

it('finds the images, queries and secrets that a workflow names in any of its steps, and no other texts', () => {
  const steps = {
    train: { imageName: 'forecast', command: 'query', parameters: { secrets: ['warehouse'], env: { A: 'other' } } },
    load: { type: 'sql', sqlQueryPath: 'sales/load.sql' },
    tell: { type: 'http', auth: { type: 'oauth', clientSecret: 'client' }, headers: { secrets: { 'x-key': 'key' } } },
    fetch: { imageId: 1, repository: { url: 'https://example.com', token: 'git' } },
  }
  const needed = needsOf(document('workflow', { name: 'nightly', steps }))
  for (const key of ['image forecast', 'secret warehouse', 'query sales/load.sql', 'secret client', 'secret key']) {
    expect(needed).toContain(key)
  }
  expect(needed).toContain('secret git')
  expect([...needed].filter((key) => /query$|other|nightly/.test(key))).toEqual([])
})

it('finds what services and images name', () => {
  const service = { imageDetails: { imageName: 'forecast' }, parameters: { secrets: ['key'] } }
  expect([...needsOf(document('service', service))]).toEqual(['image forecast', 'secret key'])
  const image = { buildDetails: { secrets: ['npm'], token: 'git' } }
  expect([...needsOf(document('image', image))].toSorted()).toEqual(['secret git', 'secret npm'])
})

it('gives each name a file of its own within the folder', () => {
  expect(documentPath('query', '../../etc/passwd')).toBe('queries/%2E.%2F..%2Fetc%2Fpasswd.yaml')
  expect(documentPath('workflow', 'a b')).not.toBe(documentPath('workflow', 'a-b'))
})

it('keeps braces from the template only where there are some', async () => {
  const plain = { kind: 'query', body: { path: 'a', text: 'select 1' }, remark: null } as const
  expect(await documentText(plain)).toBe('kind: query\nbody:\n  path: a\n  text: select 1\n')
  expect(await documentText({ ...plain, body: { text: '{{ x }}' } })).toMatch(/^\{% raw %\}\n.*\{% endraw %\}\n$/s)
})
