import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from './server-process.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
})
afterAll(() => server.dispose())

it('lists what is in an image, from the package databases of the image itself', async () => {
  const { images } = server.client
  const dockerfile = `FROM debian:bookworm-slim
RUN mkdir -p /app/node_modules/left-pad /usr/lib/python3/x-1.dist-info \
  && printf '{"name":"left-pad","version":"1.3.0"}' > /app/node_modules/left-pad/package.json \
  && printf 'Metadata-Version: 2.1\\nName: x\\nVersion: 1\\n' > /usr/lib/python3/x-1.dist-info/METADATA
`
  const body = { name: 'contents', type: 'api', buildDetails: { source: 'dockerfile', dockerfile } } as const
  const { imageId, versionId, buildId } = await images.createImage(body)
  await images.waitForBuild(imageId, buildId)
  const version = await eventually(
    async () => {
      const found = await images.describeVersion(imageId, versionId)
      expect(found.sbom).not.toBeNull()
      return found
    },
    { timeoutMs: 60_000 },
  )
  expect(version).toMatchObject({
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    sbom: { packages: { deb: expect.any(Number), npm: 1, pypi: 1 }, incomplete: null },
  })
  expect(version.layers?.length).toBeGreaterThan(1)
  const { stream } = await images.downloadSbom({ imageId, versionId })
  const list: unknown = await new Response(stream).json()
  expect(list).toMatchObject({
    bomFormat: 'CycloneDX',
    components: expect.arrayContaining([
      expect.objectContaining({ purl: expect.stringMatching(/^pkg:deb\/debian\/libc6@/) }),
      expect.objectContaining({ purl: 'pkg:npm/left-pad@1.3.0' }),
      expect.objectContaining({ purl: 'pkg:pypi/x@1' }),
    ]),
  })
})
