import { describeDifference } from './differences.ts'
import type { Planned } from './planned.ts'

const signs = { create: '+', update: '~', none: '=' } as const
const words = { create: 'is made', update: 'changes', none: 'stays as it is' } as const

/** For people: a line for each thing, with what differs and what follows from it below. */
export function planText(plan: readonly Planned[]): string {
  const lines = plan.flatMap(({ kind, name, action, differences, consequences }) => [
    `${signs[action]} ${kind} ${name} ${words[action]}`,
    ...differences.map((difference) => `    ${describeDifference(difference)}`),
    ...consequences.map((consequence) => `    → ${consequence}`),
  ])
  return [...lines, summary(plan)].join('\n')
}

function summary(plan: readonly Planned[]): string {
  const count = (action: Planned['action']): number => plan.filter((planned) => planned.action === action).length
  const changes = count('create') + count('update')
  if (changes === 0) return 'Nothing is to be done.'
  return `${count('create')} to make, ${count('update')} to change, ${count('none')} as they are.`
}

/** For programs: the same without what only this process can use. */
export function planValue(plan: readonly Planned[]): object {
  return {
    resources: plan.map(({ kind, name, source, action, differences, consequences }) => ({
      kind,
      name,
      source,
      action,
      differences: differences.map(({ path, from = null, to = null }) => ({ path, from, to })),
      consequences,
    })),
    changes: plan.filter(({ action }) => action !== 'none').length,
  }
}
