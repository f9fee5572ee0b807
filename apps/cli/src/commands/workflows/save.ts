/** What the commands have in common that save a workflow. */
import type { BodyOf, OperationId, Routes, WorkflowSaved } from '@cairn/contract'
import { presentImages, resolveSteps } from '../../apply/references.ts'
import { dryRunOption, fileOptions } from '../../grammar/common-options.ts'
import type { ValuesOf } from '../../grammar/option.ts'
import type { Session } from '../../session/session.ts'
import { checkBody, readFileInput, sourceName } from '../shared/request-body.ts'

export const saveOptions = { ...fileOptions, ...dryRunOption }

/** The body of an operation from a file alone. Steps may name their images. */
export async function fileBody<Id extends OperationId>(
  operation: Id,
  file: string,
  variables: ValuesOf<typeof fileOptions>,
  session: Session,
): Promise<BodyOf<Routes[Id]>> {
  const input = await readFileInput(operation, { file, variables }, session)
  const { body } = await resolveSteps({ body: input.body, source: file }, presentImages(session))
  return checkBody(operation, body, sourceName(file), session)
}

/** Prints the answer; what may not be meant also as notes. */
export async function printSaved(saved: WorkflowSaved, session: Session): Promise<void> {
  for (const { field, rule } of saved.warnings ?? []) session.output.note(`cairn: warning: ${field}: ${rule}`)
  await session.output.value(saved)
}
