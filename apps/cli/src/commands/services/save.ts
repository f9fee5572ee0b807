/** What the commands have in common that create or change a service. */
import type { BodyOf, Routes, ServiceId } from '@cairn/contract'
import { presentImages, resolveImageDetails } from '../../apply/references.ts'
import type { ValuesOf } from '../../grammar/option.ts'
import type { Session } from '../../session/session.ts'
import { waitForService } from '../../waiting/wait.ts'
import { type Assignment, checkBody, layOver, readFileInput, sourceName } from '../shared/request-body.ts'
import type { webappFlags } from './service-flags.ts'

type SaveOperation = 'createService' | 'updateService'

/** The body from the file and the flags. The image may be named. */
export async function serviceBody<Id extends SaveOperation>(
  operation: Id,
  given: {
    readonly file: string | undefined
    readonly options: ValuesOf<typeof webappFlags>
    readonly assignments: readonly Assignment[]
  },
  session: Session,
): Promise<BodyOf<Routes[Id]>> {
  const { file, options, assignments } = given
  const input = await readFileInput(operation, { file, variables: options }, session)
  const source = sourceName(file)
  const { body } = await resolveImageDetails({ body: layOver(input.body, assignments), source }, presentImages(session))
  return checkBody(operation, body, source, session)
}

/** Prints the id; with `--wait` also where the service is, once it serves. */
export async function printDeployed(
  session: Session,
  saved: ServiceId,
  choice: { readonly wait: boolean; readonly timeout: string | undefined },
): Promise<void> {
  if (!choice.wait) return session.output.value(saved)
  const { id, name, status, state, url } = await waitForService(session, saved.id, choice)
  await session.output.value({ id, name, status, state, url })
}
