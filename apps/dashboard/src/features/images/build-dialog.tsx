import type { ImageBody, ImageDetails } from '@cairn/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { DialogForm } from '../../components/dialog-form.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { FolderDrop } from '../../components/folder-drop.tsx'
import type { Folder } from '../../components/folder-files.ts'
import { packFolder } from '../../components/pack-folder.ts'
import { useClient } from '../../session/client-context.ts'
import { typeChoices } from './image-types.ts'

interface Fields {
  readonly name: string
  readonly type: ImageBody['type']
  /** Empty = the next one. */
  readonly version: string
}

/** A name that images may have, made of that of a folder. */
function nameOf(folder: Folder): string {
  return folder.name.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')
}

/** Packs, uploads and builds, then shows the version with the log of its build. */
function useBuild(image: ImageDetails | null, { name, type, version }: Fields) {
  const client = useClient()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [progress, setProgress] = useState('')
  const build = useMutation({
    mutationFn: async (folder: Folder) => {
      const zip = await packFolder(folder, setProgress)
      const body = version.trim() === '' ? {} : { version: version.trim() }
      return image === null
        ? client.images.createImage({ name: name.trim(), type, ...body }, zip)
        : client.images.createVersion(image.id, body, zip)
    },
    onSuccess: async ({ imageId, versionId }) => {
      await queries.invalidateQueries({ queryKey: ['image'] })
      await navigate({ to: '/images/$imageId/versions/$versionId', params: { imageId, versionId } })
    },
  })
  return { build, progress }
}

/**
 * Builds an image from a folder of the browser's machine.
 *
 * @param image what it becomes a version of; null = a new image
 */
export function BuildDialog({
  image,
  onClose,
}: {
  readonly image: ImageDetails | null
  readonly onClose: () => void
}): ReactElement {
  const [folder, setFolder] = useState<Folder | null>(null)
  const [fields, setFields] = useState<Fields>({ name: '', type: 'workflow', version: '' })
  const { build, progress } = useBuild(image, fields)
  const choose = (chosen: Folder): void => {
    setFolder(chosen)
    if (fields.name === '') setFields({ ...fields, name: nameOf(chosen) })
  }
  return (
    <DialogForm
      title={image === null ? 'Build an image' : `New version of ${image.name}`}
      submitLabel="Build"
      onClose={onClose}
      onSubmit={() => folder !== null && build.mutate(folder)}
      action={build}
      canSubmit={folder !== null}
      progress={progress}
    >
      <FolderDrop folder={folder} onFolder={choose} />
      {folder !== null && !folder.files.some(({ path }) => path === 'Dockerfile') ? (
        <p role="alert" className="mb-3 text-warn">
          The folder has no Dockerfile.
        </p>
      ) : null}
      {image === null ? (
        <>
          <TextField label="Name" required value={fields.name} onChange={(name) => setFields({ ...fields, name })} />
          <SelectField
            label="For"
            value={fields.type}
            choices={typeChoices}
            onChange={(type) => setFields({ ...fields, type })}
          />
        </>
      ) : null}
      <TextField
        label="Version"
        placeholder={image === null ? '0.0.1' : 'the next one'}
        hint="Such as 1.2.0. What .dockerignore names, and .git, is not uploaded."
        value={fields.version}
        onChange={(version) => setFields({ ...fields, version })}
      />
    </DialogForm>
  )
}
