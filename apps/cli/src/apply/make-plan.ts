/** What is to be done about each document, in the order in which it can be. */
import type { Session } from '../session/session.ts'
import { type Document, inOrder, type Kind } from './document.ts'
import { planArtifact } from './plan-artifact.ts'
import { planImage } from './plan-image.ts'
import { planQuery } from './plan-query.ts'
import { planSecret } from './plan-secret.ts'
import { planService } from './plan-service.ts'
import { planWorkflow } from './plan-workflow.ts'
import type { Planned, Planning } from './planned.ts'

const planners: Readonly<Record<Kind, (document: Document, planning: Planning) => Promise<Planned>>> = {
  secret: planSecret,
  query: planQuery,
  artifact: planArtifact,
  image: planImage,
  workflow: planWorkflow,
  service: planService,
}

export function planDocument(document: Document, planning: Planning): Promise<Planned> {
  return planners[document.kind](document, planning)
}

/** Nothing is written. What a document names may be made by one before it. */
export async function makePlan(documents: readonly Document[], session: Session): Promise<Planned[]> {
  const client = await session.client()
  const plan: Planned[] = []
  for (const document of inOrder(documents)) {
    const made = plan.filter(({ action }) => action !== 'none')
    const upcomingImages = new Set(made.flatMap(({ kind, name }) => (kind === 'image' ? [name] : [])))
    const isMoreUpcoming = made.some(
      ({ kind, action }) => kind === 'secret' || (kind === 'query' && action === 'create'),
    )
    plan.push(await planDocument(document, { client, session, upcomingImages, isMoreUpcoming }))
  }
  return plan
}
