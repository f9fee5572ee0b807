import { X } from 'lucide-react'
import type { ReactElement } from 'react'
import { IconButton } from '../../components/button.tsx'
import type { ChosenStep } from './steps-that-run.ts'

/** The steps of a partial run, each alone or with what depends on it. */
export function StepChoice({
  chosen,
  onChange,
}: {
  readonly chosen: readonly ChosenStep[]
  readonly onChange: (chosen: readonly ChosenStep[]) => void
}): ReactElement | null {
  if (chosen.length === 0) return null
  return (
    <ul className="mb-4 divide-y divide-line rounded-lg border border-line">
      {chosen.map(({ stepName, runDAG }) => (
        <li key={stepName} className="flex items-center gap-3 py-1 pr-1 pl-3">
          <span className="min-w-0 flex-1 truncate font-medium">{stepName}</span>
          <label className="flex items-center gap-1.5 text-[13px]">
            <input
              type="checkbox"
              checked={runDAG}
              onChange={(event) =>
                onChange(
                  chosen.map((each) =>
                    each.stepName === stepName ? { stepName, runDAG: event.target.checked } : each,
                  ),
                )
              }
            />
            and what depends on it
          </label>
          <IconButton
            icon={X}
            label={`Do not run only ${stepName}`}
            onClick={() => onChange(chosen.filter((each) => each.stepName !== stepName))}
          />
        </li>
      ))}
    </ul>
  )
}
