import { type Static, Type } from 'typebox'
import { NumericId, Timestamp, Uuid } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'
import { StepName } from './step.ts'

export const ListExportsQuery = Type.Object({
  ...pageQuery,
  workflowId: Type.Optional(NumericId),
  executionId: Type.Optional(Uuid),
})
export type ListExportsQuery = Static<typeof ListExportsQuery>

export const ExportParams = Type.Object({ exportId: Uuid })

/** A file that an export step wrote; a retry of the step replaces it. `name` ends in `.csv` or `.csv.gz`. */
export const ExportFile = Type.Object({
  id: Uuid,
  name: Type.String(),
  workflowId: Type.Integer(),
  executionId: Uuid,
  stepName: StepName,
  sizeBytes: Type.Integer(),
  sha256: Type.String(),
  rowCount: Type.Integer(),
  createdAt: Timestamp,
})
export type ExportFile = Static<typeof ExportFile>

export const ExportPage = pageOf({ exports: Type.Array(ExportFile), exportCount: Type.Integer() })
export type ExportPage = Static<typeof ExportPage>
