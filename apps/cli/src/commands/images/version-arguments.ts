import type { CairnClient } from '@cairn/sdk'
import { argument, optionalArgument } from '../../grammar/option.ts'
import { imageId, imageVersionId } from '../../names/resolve.ts'

/** Of commands about one version of an image. */
export const versionArguments = {
  image: argument('IMAGE', 'Number or name of the image.', 'image'),
  version: optionalArgument('VERSION', 'Number or name of the version, such as 0.0.2; the latest when left out.'),
}

export async function versionOf(
  client: CairnClient,
  { image, version }: { readonly image: string; readonly version: string | undefined },
): Promise<{ imageId: number; versionId: number }> {
  const id = await imageId(client, image)
  if (version !== undefined) return { imageId: id, versionId: await imageVersionId(client, id, version) }
  const { latestVersion } = await client.images.describeImage(id)
  return { imageId: id, versionId: latestVersion.id }
}
