import { expect, test } from 'vitest'
import { notBuilt } from './not-built.ts'

test('these operations of the contract still answer 501', () => {
  expect([...notBuilt].toSorted()).toMatchInlineSnapshot(`
    [
      "describeEmail",
      "describeTemplate",
      "getCredentials",
      "getValkeyCredentials",
      "listEmails",
      "listTemplates",
      "sendEmail",
    ]
  `)
})
