import type { ArtifactDetails } from '@cairn/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { DialogForm } from '../../components/dialog-form.tsx'
import { TextField } from '../../components/field.tsx'
import { FolderDrop } from '../../components/folder-drop.tsx'
import type { Folder } from '../../components/folder-files.ts'
import { packFolder } from '../../components/pack-folder.ts'
import { useClient } from '../../session/client-context.ts'

type Known = Pick<ArtifactDetails, 'id' | 'name'>

/** Packs and uploads; answers with the id of the artifact. */
function useUpload(artifact: Known | null, fields: { readonly name: string; readonly description: string }) {
  const client = useClient()
  const [progress, setProgress] = useState('')
  const upload = useMutation({
    mutationFn: async (folder: Folder) => {
      const zip = await packFolder(folder, setProgress)
      if (artifact !== null) {
        await client.artifacts.createArtifactVersion(artifact.id, zip, { fields: { scan: true } })
        return artifact.id
      }
      const description = fields.description.trim()
      const body = { name: fields.name.trim(), scan: true, ...(description !== '' && { description }) }
      return (await client.artifacts.createArtifact(body, zip)).id
    },
  })
  return { upload, progress }
}

/** @param artifact what the folder becomes the next version of; null = a new artifact */
export function UploadDialog({
  artifact,
  onClose,
}: {
  readonly artifact: Known | null
  readonly onClose: () => void
}): ReactElement {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [folder, setFolder] = useState<Folder | null>(null)
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const { upload, progress } = useUpload(artifact, { name, description })
  const show = async (artifactId: string): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['artifact'] })
    onClose()
    await navigate({ to: '/artifacts/$artifactId', params: { artifactId } })
  }
  return (
    <DialogForm
      title={artifact === null ? 'Upload a folder' : `New version of ${artifact.name}`}
      submitLabel="Upload"
      onClose={onClose}
      onSubmit={() => folder !== null && upload.mutate(folder, { onSuccess: (id) => void show(id) })}
      action={upload}
      canSubmit={folder !== null}
      progress={progress}
    >
      <FolderDrop
        folder={folder}
        onFolder={(chosen) => {
          setFolder(chosen)
          if (name === '') setName(chosen.name)
        }}
      />
      {artifact === null ? (
        <>
          <TextField label="Name" required value={name} onChange={setName} />
          <TextField label="About" value={description} onChange={setDescription} />
        </>
      ) : null}
      <p className="mb-3 text-[12px] text-faint">
        What .dockerignore names, and .git, is left out. Files are looked through for secrets.
      </p>
    </DialogForm>
  )
}
