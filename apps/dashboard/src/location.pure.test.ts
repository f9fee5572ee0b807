import { expect, it } from 'vitest'
import { placeOf, runLink, serviceLink, workflowLink } from './location.ts'

const run = '0190d8a4-7e0c-7b5e-9a54-2f6f3a1c9d10'

it('finds the place again that a link leads to', () => {
  expect(placeOf('')).toEqual({ screen: 'workflows' })
  expect(placeOf(workflowLink(7))).toEqual({ screen: 'workflow', workflowId: 7 })
  expect(placeOf(runLink(7, run))).toEqual({ screen: 'run', workflowId: 7, executionId: run })
  expect(placeOf('#/services')).toEqual({ screen: 'services' })
  expect(placeOf(serviceLink(run))).toEqual({ screen: 'service', serviceId: run })
})

it.each(['#/workflows/x', '#/workflows/7/runs/1', '#/secrets', '#/services/x', '#/workflows/7/'])(
  'knows no place %s',
  (hash) => {
    expect(placeOf(hash)).toEqual({ screen: 'nowhere' })
  },
)
