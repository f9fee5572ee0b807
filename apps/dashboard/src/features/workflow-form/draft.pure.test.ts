import type { WorkflowBody } from '@cairn/sdk'
import { expect, it } from 'vitest'
import { addStep, bodyOf, type Draft, draftOf, draftProblem, removeStep, renameStep } from './draft.ts'

const step = (...parents: string[]) => ({ imageId: 1, command: 'true', parents })
const body: WorkflowBody = {
  name: 'nightly',
  tags: [{ name: 'kept' }],
  steps: { load: step(), clean: step('load'), train: step('clean', 'load') },
}
const keyOf = (draft: Draft, name: string): string => draft.steps.find((each) => each.name === name)?.key ?? ''
const parentsOf = (draft: Draft) =>
  Object.fromEntries(draft.steps.map(({ name, body: { parents } }) => [name, parents]))

it('keeps everything of a workflow, with its steps in their order', () => {
  expect(bodyOf(draftOf(body))).toEqual(body)
})

it('has steps wait for one under its new name', () => {
  const draft = draftOf(body)
  const renamed = renameStep(draft, keyOf(draft, 'load'), 'read')
  expect(parentsOf(renamed)).toEqual({ read: [], clean: ['read'], train: ['clean', 'read'] })
})

it('leaves the links of others alone while two steps have one name', () => {
  const draft = draftOf(body)
  const key = keyOf(draft, 'train')
  const twice = renameStep(draft, key, 'load')
  expect(draftProblem(twice)).toBe('Two steps are called "load": give each a name of its own.')
  const apart = renameStep(twice, key, 'loader')
  expect(parentsOf(apart)).toEqual({ load: [], clean: ['load'], loader: ['clean', 'load'] })
  expect(draftProblem(apart)).toBeNull()
})

it('has what waited for a removed step wait for what that waited for, once', () => {
  const draft = draftOf(body)
  expect(parentsOf(removeStep(draft, keyOf(draft, 'clean')))).toEqual({ load: [], train: ['load'] })
})

it('asks for a name first', () => {
  expect(draftProblem(draftOf({ ...body, name: '' }))).toBe('Give it a name.')
})

it('puts a new step behind the last, under a name that is free', () => {
  const draft = addStep(addStep(draftOf({ name: 'a', steps: { 'step-2': step() } }), step()), step())
  expect(parentsOf(draft)).toEqual({ 'step-2': [], 'step-3': ['step-2'], 'step-4': ['step-3'] })
})
