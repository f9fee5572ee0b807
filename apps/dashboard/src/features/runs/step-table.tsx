import type { ExecutionStep } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Duration, Moment } from '../../components/moment.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'

/** Why a step is where it is, in one line. */
export function reasonOf({ reason, decisions }: ExecutionStep): string | null {
  return reason ?? decisions.at(-1)?.text ?? null
}

/** The steps of a run as a table: what the graph shows, for those who would rather read. */
export function StepTable({
  steps,
  selected,
  onSelect,
}: {
  readonly steps: readonly ExecutionStep[]
  readonly selected: string | null
  readonly onSelect: (step: string) => void
}): ReactElement {
  const columns: readonly Column<ExecutionStep>[] = [
    {
      id: 'step',
      label: 'Step',
      cell: ({ name }) => (
        <button
          type="button"
          aria-current={name === selected ? 'true' : undefined}
          className="row-link font-medium hover:underline aria-[current]:text-accent"
          onClick={() => onSelect(name)}
        >
          {name}
        </button>
      ),
    },
    { id: 'status', label: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
    { id: 'attempt', label: 'Attempt', align: 'end', from: 'sm', cell: ({ attempt }) => attempt || '–' },
    { id: 'started', label: 'Started', from: 'md', cell: ({ startedAt }) => <Moment at={startedAt} /> },
    {
      id: 'took',
      label: 'Took',
      align: 'end',
      cell: ({ startedAt, finishedAt }) => <Duration from={startedAt} to={finishedAt} />,
    },
    {
      id: 'why',
      label: 'Why',
      cell: (step) => (
        <span className="block max-w-xl min-w-40 text-faint [overflow-wrap:anywhere]">{reasonOf(step) ?? '–'}</span>
      ),
    },
  ]
  return <DataTable name="Steps of the run" columns={columns} rows={steps} rowKey={({ name }) => name} />
}
