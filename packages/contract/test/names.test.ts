/** Names are shown in terminals, logs and pages: they may be of any language, and move nothing there. */
import { expect, it } from 'vitest'
import { readBody, routes } from '../src/index.ts'

const steps = { ask: { type: 'http', method: 'get', url: 'https://example.com' } }
const takesName = (name: string): boolean => readBody(routes.createWorkflow, { name, steps }).kind === 'valid'
const takesPath = (path: string): boolean => readBody(routes.putQuery, { path, text: 'select 1' }).kind === 'valid'

it.each(['nightly', 'prévision 🚀', '日本', 'توقعات', 'תחזית\u200F', "o'neill & co"])('takes %j', (name) => {
  expect([takesName(name), takesPath(`sales/${name}.sql`)]).toEqual([true, true])
})

it.each(['a\u001B[2J', 'a\u009B2J', 'a\u0007', 'a\nb', 'invoice\u202Efdp.exe', 'a\u2066b', 'a\u0000'])(
  'refuses %j, which a screen would obey',
  (name) => {
    expect([takesName(`x${name}x`), takesPath(`sales/x${name}x.sql`)]).toEqual([false, false])
  },
)
