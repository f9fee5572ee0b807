import type { ImageVersionDetails } from '@cairn/sdk'
import { Tag, X } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { inputClass } from '../../components/field.tsx'
import { Panel } from '../../components/panel.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'
import { useRefusal } from '../../session/use-may.ts'

type Tags = ImageVersionDetails['tags']

function TagChip({
  name,
  isBusy,
  onTakeAway,
}: {
  readonly name: string
  readonly isBusy: boolean
  readonly onTakeAway: () => void
}): ReactElement {
  const refusal = useRefusal('write')
  return (
    <span className="inline-flex h-7 items-center gap-1 rounded-md bg-raised pr-1 pl-2 text-[13px]">
      {name}
      <button
        type="button"
        aria-label={`Take away ${name}`}
        title={refusal ?? undefined}
        disabled={refusal !== null || isBusy}
        className="inline-flex size-6 items-center justify-center rounded text-faint enabled:hover:text-ink disabled:opacity-55"
        onClick={onTakeAway}
      >
        <X size={13} aria-hidden />
      </button>
    </span>
  )
}

/** Tags of a version: added and taken away one by one. */
export function TagEditor({
  ids,
  tags,
}: {
  readonly ids: { readonly imageId: number; readonly versionId: number }
  readonly tags: Tags
}): ReactElement {
  const client = useClient()
  const [name, setName] = useState('')
  const save = useChange({
    change: (next: Tags) => client.images.setVersionTags(ids, next),
    keys: [['image', ids.imageId]],
    said: null,
    failure: 'shown in place',
  })
  return (
    <Panel title="Tags">
      <div className="flex flex-wrap items-center gap-2">
        {tags.map((tag) => (
          <TagChip
            key={tag.name}
            name={tag.name}
            isBusy={save.isPending}
            onTakeAway={() => save.mutate(tags.filter((each) => each !== tag))}
          />
        ))}
        <form
          className="flex gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            const added = name.trim()
            if (added === '' || tags.some((tag) => tag.name === added)) return
            save.mutate([...tags, { name: added }], { onSuccess: () => setName('') })
          }}
        >
          <input
            aria-label="New tag"
            placeholder="stable"
            value={name}
            onChange={(event) => setName(event.target.value)}
            className={`h-7 !w-32 text-[13px] ${inputClass}`}
          />
          <Button needs="write" type="submit" isSmall icon={Tag} isBusy={save.isPending}>
            Add
          </Button>
        </form>
      </div>
      {save.error === null ? null : <ErrorNote error={save.error} className="mt-2" />}
    </Panel>
  )
}
