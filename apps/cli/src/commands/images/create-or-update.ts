import { named } from '../../apply/or-null.ts'
import { defineCommand } from '../../grammar/command.ts'
import { optionalArgument } from '../../grammar/option.ts'
import type { Session } from '../../session/session.ts'
import type { JsonObject } from '../../templates/read-yaml.ts'
import { checkBody, sourceName } from '../shared/request-body.ts'
import { buildFlags, imageAssignments, imageFlags } from './image-flags.ts'
import { imageSample } from './samples.ts'
import { mergedRequest, startBuild } from './start-build.ts'

/** Files may leave out the type of an image that is there, which its versions cannot change. */
async function withType(body: JsonObject, session: Session): Promise<JsonObject> {
  const { name, type } = body
  if (type !== undefined || typeof name !== 'string') return body
  const client = await session.client()
  const found = await named(client.images.listImages({ searchTerm: name, pageSize: 100 }), name)
  return found === null ? body : { ...body, type: found.type }
}

export const command = defineCommand({
  arguments: { file: optionalArgument('FILE', 'YAML or Jinja file of the image.', 'file') },
  options: { ...imageFlags, ...buildFlags },
  description:
    'Creates the image when there is none of the name, else a version of it, or updates the version when there is one of\nthat number that is not ready. An image that is there needs no type.',
  sample: imageSample,
  examples: ['cairn images create-or-update image.yaml -p version=0.0.2'],
  run: async ({ args, options }, session) => {
    const own = imageAssignments(options)
    const merged = await mergedRequest('createImage', { file: args.file, options, own }, session)
    const body = await checkBody('createImage', await withType(merged.body, session), sourceName(args.file), session)
    await startBuild(session, { artifact: merged.artifact, options }, (client, zip, upload) =>
      client.images.createOrUpdateImageVersion(body, zip, upload),
    )
  },
})
