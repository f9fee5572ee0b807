import { expect, it } from 'vitest'
import { bodyChanges } from '../../src/workflow/body-changes.ts'

const before = {
  name: 'nightly',
  tags: [{ name: 'a' }, { name: 'b' }],
  triggers: [{ cron: '0 6 * * *' }],
  steps: {
    load: { command: 'python load.py', parents: [], resources: { storage: '1GB', instanceTypeId: 21 } },
    train: { command: 'python train.py', parents: ['load', 'clean'] },
  },
}

it('tells which keys changed, came and went, by their path', () => {
  const after = {
    ...before,
    triggers: [{ cron: '0 7 * * *' }],
    steps: {
      load: { command: 'python load.py --all', parents: [], resources: { instanceTypeId: 21, storage: '1GB' } },
      report: { command: 'python report.py' },
    },
  }
  expect(bodyChanges(before, after)).toEqual([
    { path: 'triggers', from: '[{"cron":"0 6 * * *"}]', to: '[{"cron":"0 7 * * *"}]' },
    { path: 'steps.load.command', from: 'python load.py', to: 'python load.py --all' },
    { path: 'steps.report', from: null, to: '{"command":"python report.py"}' },
    { path: 'steps.train', from: '{"command":"python train.py","parents":["load","clean"]}', to: null },
  ])
})

it('takes no notice of the order of keys, parents and tags, and of what is left out or empty', () => {
  const after = {
    steps: {
      train: { parents: ['clean', 'load'], command: 'python train.py', parameters: {} },
      load: { resources: { instanceTypeId: 21, storage: '1GB' }, command: 'python load.py' },
    },
    watchers: [],
    triggers: [{ cron: '0 6 * * *' }],
    tags: [{ name: 'b' }, { name: 'a' }],
    name: 'nightly',
  }
  expect(bodyChanges(before, after)).toEqual([])
})

it('shortens what is long', () => {
  const [change] = bodyChanges({ command: 'a' }, { command: 'b'.repeat(5000) })
  expect(change?.to).toHaveLength(2000)
  expect(change?.to?.endsWith('b…')).toBe(true)
})
