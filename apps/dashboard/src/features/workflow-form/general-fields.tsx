import type { WorkflowBody } from '@cairn/sdk'
import { type ReactElement, useState } from 'react'
import { SelectField, TextField } from '../../components/field.tsx'
import { useSession } from '../../session/client-context.ts'
import type { Draft } from './draft.ts'
import { presets, scheduleOf, withSchedule } from './schedule.ts'

type Fields = Draft['fields']

const own = 'own'

function ScheduleFields({
  fields,
  onChange,
}: {
  readonly fields: Fields
  readonly onChange: (fields: Fields) => void
}): ReactElement {
  const schedule = scheduleOf(fields)
  const isPreset = presets.some(([cron]) => cron === schedule.cron)
  const [wantsOwn, setWantsOwn] = useState(!isPreset)
  const isOwn = wantsOwn || !isPreset
  const change = (next: Partial<typeof schedule>): void => onChange(withSchedule(fields, { ...schedule, ...next }))
  return (
    <>
      <SelectField
        label="Runs"
        value={isOwn ? own : schedule.cron}
        choices={[...presets, [own, 'By a cron of my own']]}
        onChange={(next) => {
          setWantsOwn(next === own)
          if (next !== own) change({ cron: next })
        }}
      />
      {isOwn ? (
        <TextField
          label="Cron"
          hint="Minute, hour, day of the month, month, day of the week."
          placeholder="30 6 * * 1-5"
          spellCheck={false}
          value={schedule.cron}
          onChange={(cron) => change({ cron })}
        />
      ) : null}
      {schedule.cron === '' ? null : (
        <TextField
          label="Time zone"
          hint="Such as Europe/London."
          spellCheck={false}
          value={schedule.timezone}
          onChange={(timezone) => change({ timezone })}
        />
      )}
    </>
  )
}

/** Whether `user` is told of failures; another watcher is left as it is. */
function toldOf({ watchers = [] }: Pick<WorkflowBody, 'watchers'>, user: string): boolean {
  return watchers.some((watcher) => watcher.user === user && watcher.events.fail === true)
}

/** What holds for the workflow as a whole. */
export function GeneralFields({
  fields,
  onChange,
}: {
  readonly fields: Fields
  readonly onChange: (fields: Fields) => void
}): ReactElement {
  const { email } = useSession().user
  const others = (fields.watchers ?? []).filter((watcher) => watcher.user !== email)
  return (
    <section aria-label="Workflow" className="mb-4 rounded-lg border border-line bg-surface px-4 pt-3 pb-1">
      <TextField
        label="Name"
        placeholder="nightly-forecast"
        spellCheck={false}
        value={fields.name}
        onChange={(name) => onChange({ ...fields, name })}
      />
      <div className="grid gap-x-4 sm:grid-cols-2">
        <ScheduleFields fields={fields} onChange={onChange} />
      </div>
      <label className="mb-3 flex items-center gap-2">
        <input
          type="checkbox"
          checked={toldOf(fields, email)}
          onChange={({ target }) =>
            onChange({
              ...fields,
              watchers: target.checked ? [...others, { user: email, events: { fail: true, recovered: true } }] : others,
            })
          }
        />
        Tell me when it fails and when it works again
      </label>
    </section>
  )
}
