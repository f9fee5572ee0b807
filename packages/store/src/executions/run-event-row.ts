/** A run event as a row of `execution_event`: type, step and attempt in columns, the other fields in `data`. */
import type { RecordedRunEvent, RunEvent } from '@cairn/domain'

export interface RunEventRow {
  readonly sequence: number
  readonly at: Date
  readonly type: string
  readonly step: string | null
  readonly attempt: number | null
  readonly data: object | null
}

type EventColumns = Omit<RunEventRow, 'sequence' | 'at'>

export function toEventColumns(event: RunEvent): EventColumns {
  const { type, ...fields } = event
  const { step = null, attempt = null, ...data } = { step: undefined, attempt: undefined, ...fields }
  return { type, step, attempt, data: Object.keys(data).length === 0 ? null : data }
}

/** The event as it was appended. The fold checks that it can follow; its fields are those that `toEventColumns` wrote. */
export function fromEventRow(row: RunEventRow): RecordedRunEvent {
  const step = row.step === null ? {} : { step: row.step }
  const attempt = row.attempt === null ? {} : { attempt: row.attempt }
  // The only writer is toEventColumns, and a column or a json value carries no static type.
  const event = { type: row.type, ...step, ...attempt, ...row.data } as RunEvent
  return { sequence: row.sequence, at: row.at.getTime(), event }
}
