import { type Document, inOrder } from '../../apply/document.ts'
import { makePlan, planDocument } from '../../apply/make-plan.ts'
import type { Planned } from '../../apply/planned.ts'
import { planText } from '../../apply/show-plan.ts'
import { defineCommand } from '../../grammar/command.ts'
import { flag } from '../../grammar/option.ts'
import { CliError, exitCodes } from '../../errors/cli-error.ts'
import type { Session } from '../../session/session.ts'
import { applyOptions, documentsOf } from './apply-options.ts'

interface Applied extends Pick<Planned, 'kind' | 'name' | 'action'> {
  /** Ids and the like; null = nothing was to be done. */
  readonly result: object | null
}

export const command = defineCommand({
  options: { ...applyOptions, yes: flag('Do not ask, on a terminal.', { short: 'y' }) },
  description:
    'Brings the server to what the files say: secrets, queries, artifacts, images, workflows and services, in this order, as\neach may name what comes before it. What is like the file already is left alone, so it can be sent as often as you\nlike. Waits for builds and deployments. Nothing is ever deleted. Ends at the first thing that fails; what was done stays.',
  examples: ['cairn apply -f deploy/', 'cairn apply -f image.yaml -f nightly.yaml -v production.yaml --yes'],
  run: async ({ options }, session) => {
    const documents = await documentsOf(options, session)
    const plan = await makePlan(documents, session)
    session.output.note(planText(plan))
    const isChange = plan.some(({ action }) => action !== 'none')
    if (isChange && !options.yes) await confirm(session)
    await session.output.value({ resources: isChange ? await carryOut(documents, plan, session) : plan.map(untouched) })
  },
})

const untouched = ({ kind, name, action }: Planned): Applied => ({ kind, name, action, result: null })

/** What names other things is planned anew when its turn comes: those before it may have been what it names. */
async function carryOut(
  documents: readonly Document[],
  plan: readonly Planned[],
  session: Session,
): Promise<Applied[]> {
  const client = await session.client()
  const planning = { client, session, upcomingImages: new Set<string>(), isMoreUpcoming: false }
  const applied: Applied[] = []
  for (const [index, document] of inOrder(documents).entries()) {
    const before = plan[index]
    const isNew = before === undefined || namesOthers(document)
    const planned = isNew ? await planDocument(document, planning) : before
    const result = planned.carryOut === null ? null : await planned.carryOut()
    session.progress.clear()
    if (result !== null) session.output.note(`cairn: ${document.kind} ${document.name}: done`)
    applied.push({ ...untouched(planned), result })
  }
  return applied
}

const namesOthers = ({ kind }: Document): boolean => kind === 'workflow' || kind === 'service'

/** Only where somebody sits: a script is not asked. */
async function confirm({ streams, signal }: Session): Promise<void> {
  if (!streams.stderr.isTerminal || !process.stdin.isTTY) return
  const { createInterface } = await import('node:readline/promises')
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await reader.question('Do this? [y/N] ', { signal }).finally(() => reader.close())
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError(exitCodes.usage, 'Nothing was done.')
}
