import type {
  Build,
  BuildLogs,
  BuildPage,
  BuildStop,
  DiskAnswer,
  ImageBody,
  ImageCreated,
  ImageDetails,
  ImagePage,
  ImageVersionBody,
  ImageVersionCreated,
  ImageVersionDetails,
  ImageVersionPage,
  ImageVersionSummary,
  ImageVersionTagsBody,
  ListImageBuildsQuery,
  ListImageVersionsQuery,
  ListImagesQuery,
  StopBuildBody,
  UpdateImageVersionBody,
} from '@cairn/contract'
import { NotFoundError, UnwantedOutcomeError } from '../errors.ts'
import { type List, listOf } from '../list.ts'
import type { ArtifactSource } from '../transport/multipart-body.ts'
import type { CallOptions, Download, Given, UploadOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'
import { type WaitOptions, type WatchOptions, followLog, waitUntil } from '../watch.ts'
import { artifactPart } from './artifact-part.ts'
import { firstNamed } from './first-named.ts'

/** A line of a build log. `timestamp` is epoch milliseconds. */
export type BuildLogLine = BuildLogs['logs'][number]

const liveBuildStatuses: readonly string[] = ['building', 'stopping']

const filesOf = (artifact: ArtifactSource | undefined) => (artifact === undefined ? [] : [artifactPart(artifact)])

/** Images, their versions and builds. Got from `createClient().images`. */
export class Images {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Creates an image and starts the build of its first version.
   *
   * @param artifact - the build context, when the source is `upload` (the default).
   * @example
   * const { imageId, buildId } = await client.images.createImage({ name: 'forecast', type: 'workflow' }, await zipFolder('.'))
   * await client.images.waitForBuild(imageId, buildId)
   */
  createImage(body: Given<ImageBody>, artifact?: ArtifactSource, options?: UploadOptions): Promise<ImageCreated> {
    return this.#transport.call('createImage', { body, files: filesOf(artifact) }, options)
  }

  /**
   * Creates a version of an image and starts its build. A body that also has `name` and `type` is taken.
   *
   * @example
   * const { versionId, buildId } = await client.images.createVersion(imageId, { version: '0.0.2' }, await zipFolder('.'))
   */
  createVersion(
    imageId: number,
    body: Given<ImageVersionBody>,
    artifact?: ArtifactSource,
    options?: UploadOptions,
  ): Promise<ImageVersionCreated> {
    const input = { params: { imageId }, body, files: filesOf(artifact) }
    return this.#transport.call('createImageVersion', input, options)
  }

  /**
   * Changes a version that is not ready and builds it again.
   *
   * @example
   * await client.images.updateVersion({ imageId, versionId }, { buildDetails: { useCache: false } })
   */
  updateVersion(
    params: { readonly imageId: number; readonly versionId: number },
    body: Given<UpdateImageVersionBody>,
    artifact?: ArtifactSource,
    options?: UploadOptions,
  ): Promise<ImageVersionCreated> {
    return this.#transport.call('updateImageVersion', { params, body, files: filesOf(artifact) }, options)
  }

  /**
   * Creates the image, or a version of it when the name is there, or updates the version when that is there too.
   *
   * @example
   * const { imageId, versionId } = await client.images.createOrUpdateImageVersion(body, await zipFolder('.'))
   */
  async createOrUpdateImageVersion(
    body: Given<ImageBody>,
    artifact?: ArtifactSource,
    options: Omit<UploadOptions, 'idempotencyKey'> = {},
  ): Promise<ImageVersionCreated> {
    const image = await firstNamed(this.listImages({ searchTerm: body.name, pageSize: 100 }, options), body.name)
    if (image === null) return this.createImage(body, artifact, options)
    const version = await this.#versionNamed(image.id, body.version, options)
    return version === null
      ? this.createVersion(image.id, body, artifact, options)
      : this.updateVersion({ imageId: image.id, versionId: version.id }, body, artifact, options)
  }

  async #versionNamed(
    imageId: number,
    name: string | undefined,
    options: CallOptions,
  ): Promise<ImageVersionSummary | null> {
    if (name === undefined) return null
    for await (const found of this.listImageVersions(imageId, { searchTerm: name, pageSize: 100 }, options)) {
      if (found.version === name) return found
    }
    return null
  }

  /**
   * Describes an image with its latest version.
   *
   * @example
   * const { latestVersion } = await client.images.describeImage(imageId)
   */
  describeImage(imageId: number, options?: CallOptions): Promise<ImageDetails> {
    return this.#transport.call('describeImage', { params: { imageId } }, options)
  }

  /**
   * Describes a version of an image.
   *
   * @example
   * const { status, buildDetails } = await client.images.describeVersion(imageId, versionId)
   */
  describeVersion(imageId: number, versionId: number, options?: CallOptions): Promise<ImageVersionDetails> {
    return this.#transport.call('describeImageVersion', { params: { imageId, versionId } }, options)
  }

  /**
   * Lists images. The filters look at the latest version of each.
   *
   * @example
   * const ready = await client.images.listImages({ status: ['ready', 'in-use'] }).all()
   */
  listImages(query: ListImagesQuery = {}, options?: CallOptions): List<ImageDetails, ImagePage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listImages', { query: { ...query, pageNumber } }, options),
      ({ images }) => images,
    )
  }

  /**
   * Lists the versions of an image.
   *
   * @example
   * for await (const { version, status } of client.images.listImageVersions(imageId)) console.log(version, status)
   */
  listImageVersions(
    imageId: number,
    query: ListImageVersionsQuery = {},
    options?: CallOptions,
  ): List<ImageVersionSummary, ImageVersionPage> {
    const params = { imageId }
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listImageVersions', { params, query: { ...query, pageNumber } }, options),
      ({ versions }) => versions,
    )
  }

  /**
   * Lists the builds of an image, newest first.
   *
   * @example
   * const [latest] = await client.images.listImageBuilds(imageId, { count: 1 }).all()
   */
  listImageBuilds(imageId: number, query: ListImageBuildsQuery = {}, options?: CallOptions): List<Build, BuildPage> {
    const params = { imageId }
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listImageBuilds', { params, query: { ...query, pageNumber } }, options),
      ({ builds }) => builds,
    )
  }

  /**
   * Deletes an image with all its versions.
   *
   * @example
   * await client.images.deleteImage(imageId)
   */
  async deleteImage(imageId: number, options?: CallOptions): Promise<void> {
    await this.#transport.call('deleteImage', { params: { imageId } }, options)
  }

  /**
   * Deletes a version that nothing uses.
   *
   * @example
   * await client.images.deleteVersion(imageId, versionId)
   */
  async deleteVersion(imageId: number, versionId: number, options?: CallOptions): Promise<void> {
    await this.#transport.call('deleteImageVersion', { params: { imageId, versionId } }, options)
  }

  /**
   * Deletes several versions that nothing uses.
   *
   * @example
   * await client.images.deleteVersions(imageId, [1, 2])
   */
  async deleteVersions(imageId: number, versionIds: readonly number[], options?: CallOptions): Promise<void> {
    const query = { versionIds: [...versionIds] }
    await this.#transport.call('deleteImageVersions', { params: { imageId }, query }, options)
  }

  /**
   * Sets the tags of a version; those that it had and that are not in the list go.
   *
   * @example
   * await client.images.setVersionTags({ imageId, versionId }, [{ name: 'stable', color: '#00aa00' }])
   */
  async setVersionTags(
    params: { readonly imageId: number; readonly versionId: number },
    tags: ImageVersionTagsBody['tags'],
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.call('setImageVersionTags', { params, body: { tags } }, options)
  }

  /**
   * Stops a build. It is `stopping` until its end, and answers with its end when it was over already.
   *
   * @example
   * await client.images.stopBuild(imageId, buildId, { reason: 'wrong branch' })
   */
  stopBuild(
    imageId: number,
    buildId: number | string,
    body: Given<StopBuildBody> = {},
    options?: CallOptions,
  ): Promise<BuildStop> {
    return this.#transport.call('stopBuild', { params: { imageId, buildId: String(buildId) }, body }, options)
  }

  /**
   * Builds a version that is not ready as it stands, also one of a global image.
   *
   * @example
   * const python = await client.images.listImages({ searchTerm: 'cairn-python', scope: ['global'] }).first()
   * if (python) await client.images.buildVersion({ imageId: python.id, versionId: python.latestVersion.id })
   */
  buildVersion(
    params: { readonly imageId: number; readonly versionId: number },
    options?: CallOptions,
  ): Promise<ImageVersionCreated> {
    return this.#transport.call('buildImageVersion', { params }, options)
  }

  /**
   * Tells what images, containers and the cache of builds take on the container engine's disk, and what is free.
   *
   * @example
   * const { freeBytes, policy } = await client.images.getDisk()
   */
  getDisk(options?: CallOptions): Promise<DiskAnswer> {
    return this.#transport.call('getDisk', {}, options)
  }

  /**
   * Downloads the list of the packages that are in a version's image, as CycloneDX JSON. It is there soon after the build.
   *
   * @throws NotFoundError when there is no such version, or no list of it (yet); the message says which.
   * @example
   * const { stream } = await client.images.downloadSbom({ imageId, versionId })
   * const { components } = await new Response(stream).json()
   */
  downloadSbom(
    params: { readonly imageId: number; readonly versionId: number },
    options?: CallOptions,
  ): Promise<Download> {
    return this.#transport.call('getImageVersionSbom', { params }, options)
  }

  /**
   * Reads a piece of a build log. The same token with empty `logs` means that there is nothing more yet.
   *
   * @example
   * const { logs, nextToken, buildStatus } = await client.images.getBuildLogs(imageId, buildId)
   */
  getBuildLogs(
    imageId: number,
    buildId: number | string,
    options: CallOptions & {
      readonly nextToken?: string | undefined
      /** `false` = answer at once, also when no line is new. Default: wait for one, up to 20 s. */
      readonly wait?: boolean | undefined
    } = {},
  ): Promise<BuildLogs> {
    const { nextToken, wait } = options
    const query = { ...(nextToken !== undefined && { nextToken }), ...(wait !== undefined && { wait }) }
    return this.#transport.call('getBuildLogs', { params: { imageId, buildId: String(buildId) }, query }, options)
  }

  /**
   * Follows a build log until the build ended and every line was read.
   *
   * @example
   * for await (const { message } of client.images.followBuildLogs(imageId, buildId)) console.log(message)
   */
  followBuildLogs(
    imageId: number,
    buildId: number | string,
    options: WatchOptions & { readonly nextToken?: string | undefined } = {},
  ): AsyncGenerator<BuildLogLine> {
    return followLog(async (nextToken, call) => {
      const answer = await this.getBuildLogs(imageId, buildId, { nextToken, ...call })
      const ended = !liveBuildStatuses.includes(answer.buildStatus)
      return { lines: answer.logs ?? [], nextToken: answer.nextToken, ended }
    }, options)
  }

  /**
   * Reads the whole log of a build as a text stream.
   *
   * @example
   * const { stream } = await client.images.downloadBuildLogs(imageId, buildId)
   * await writeFile('build.log', stream)
   */
  async downloadBuildLogs(imageId: number, buildId: number | string, options?: CallOptions): Promise<Download> {
    const params = { imageId, buildId: String(buildId) }
    const { downloadUrl } = await this.#transport.call('downloadBuildLogs', { params }, options)
    return this.#transport.openLink(downloadUrl, options)
  }

  /**
   * Waits until a build succeeded.
   *
   * @throws UnwantedOutcomeError when it failed or was stopped, with the reason.
   * @throws NotFoundError when the image has no such build.
   * @example
   * await client.images.waitForBuild(imageId, buildId, { timeoutMs: 600_000 })
   */
  async waitForBuild(imageId: number, buildId: number | string, options: WaitOptions = {}): Promise<Build> {
    const what = `build ${buildId} of image ${imageId}`
    const build = await waitUntil(
      what,
      (call) => this.#findBuild(imageId, buildId, call),
      ({ status }) => !liveBuildStatuses.includes(status),
      options,
    )
    if (build.status === 'success') return build
    throw new UnwantedOutcomeError(what, { status: build.status, reason: build.reason ?? null })
  }

  async #findBuild(imageId: number, buildId: number | string, call: CallOptions): Promise<Build> {
    for await (const build of this.listImageBuilds(imageId, { pageSize: 100 }, call)) {
      if (String(build.buildId) === String(buildId)) return build
    }
    throw new NotFoundError(`image ${imageId} has no build ${buildId}`, {
      status: 404,
      code: 'not_found',
      requestId: null,
      errors: [],
      retryAfterSeconds: null,
      operation: 'listImageBuilds',
      cause: null,
    })
  }
}
