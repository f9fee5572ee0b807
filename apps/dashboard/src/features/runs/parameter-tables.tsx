import type { ExecutionStep, StepInput } from '@cairn/sdk'
import { KeyRound } from 'lucide-react'
import type { ReactElement } from 'react'
import { CopyButton } from '../../components/copy-button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'

function Value({ text }: { readonly text: string }): ReactElement {
  return (
    <span className="flex items-start gap-1">
      <span className="min-w-0 font-mono text-[12.5px] whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</span>
      <span className="-my-1.5">
        <CopyButton text={text} label="Copy the value" />
      </span>
    </span>
  )
}

const inputColumns: readonly Column<StepInput>[] = [
  { id: 'name', label: 'Input', cell: ({ name }) => <span className="font-mono text-[12.5px]">{name}</span> },
  {
    id: 'value',
    label: 'Value',
    cell: ({ value, source }) => {
      if (value !== null) return <Value text={value} />
      return source === 'a secret' ? (
        <span className="inline-flex items-center gap-1.5 rounded-full bg-raised px-2 text-[12px] text-faint">
          <KeyRound size={12} aria-hidden />
          secret
        </span>
      ) : (
        <span className="text-faint">not there yet</span>
      )
    },
  },
  { id: 'source', label: 'From', cell: ({ source }) => <span className="text-faint">{source}</span> },
]

type Output = readonly [name: string, value: string]

const outputColumns: readonly Column<Output>[] = [
  { id: 'name', label: 'Output', cell: ([name]) => <span className="font-mono text-[12.5px]">{name}</span> },
  { id: 'value', label: 'Value', cell: ([, value]) => <Value text={value} /> },
]

/** What a step was given and what it left. */
export function ParameterTables({ step: { input, output } }: { readonly step: ExecutionStep }): ReactElement {
  const outputs = Object.entries(output)
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {input.length === 0 ? (
        <p className="text-faint">It is given no parameter.</p>
      ) : (
        <DataTable name="Inputs" columns={inputColumns} rows={input} rowKey={({ name }) => name} />
      )}
      {outputs.length === 0 ? (
        <p className="text-faint">It left no output parameter.</p>
      ) : (
        <DataTable name="Outputs" columns={outputColumns} rows={outputs} rowKey={([name]) => name} />
      )}
    </div>
  )
}
