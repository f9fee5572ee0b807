import { expect, test } from 'vitest'
import { loggedPath } from './observe-requests.ts'

test.each([
  ['/workflows/api/v1/workflows/7?searchTerm=x', '/workflows/api/v1/workflows/7'],
  ['/workflows/api/v1/hooks/d6116a56-6b1d-41b4-a599-fb949f08863f', '/workflows/api/v1/hooks/…'],
  ['/workflows/api/v1/hooks/d6116a56-6b1d-41b4-a599-fb949f08863f/', '/workflows/api/v1/hooks/…/'],
  ['/workflows/api/v1/hooks/', '/workflows/api/v1/hooks/'],
])('the log has %s as %s: no query, no token of a webhook', (url, path) => {
  expect(loggedPath(url)).toBe(path)
})
