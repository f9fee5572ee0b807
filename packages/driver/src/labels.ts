import type { Owner } from './port.ts'

/** Labels that every engine object of Cairn carries; the installation's decides what a driver may touch. */
export const labelNames = {
  installation: 'dev.cairn.installation',
  kind: 'dev.cairn.kind',
  id: 'dev.cairn.id',
  tenant: 'dev.cairn.tenant',
  spec: 'dev.cairn.spec',
} as const

type Labels = Readonly<Record<string, string>>

export function ownerLabels(owner: Owner): Record<string, string> {
  return { [labelNames.kind]: owner.kind, [labelNames.id]: owner.id, [labelNames.tenant]: owner.tenantId }
}

/** null when the labels were not written by {@link ownerLabels}. */
export function readOwner(labels: Labels): Owner | null {
  const kind = labels[labelNames.kind]
  const id = labels[labelNames.id]
  const tenantId = labels[labelNames.tenant]
  if ((kind !== 'step' && kind !== 'service') || id === undefined || tenantId === undefined) return null
  return { kind, id, tenantId }
}
