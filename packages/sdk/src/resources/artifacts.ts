import type {
  ArtifactCreated,
  ArtifactDetails,
  ArtifactFile,
  ArtifactFilePage,
  ArtifactPage,
  ArtifactSummary,
  ArtifactVersionCreated,
  CreateArtifactFields,
  CreateArtifactVersionFields,
  ListArtifactFilesQuery,
  ListArtifactsQuery,
  UpdateArtifactBody,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { ArtifactSource } from '../transport/multipart-body.ts'
import type { CallOptions, Download, Given, UploadOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'
import { artifactPart } from './artifact-part.ts'

/** Zips with versions. Got from `createClient().artifacts`. */
export class Artifacts {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Creates an artifact with version 1.
   *
   * @example
   * const { id } = await client.artifacts.createArtifact({ name: 'forecast' }, await zipFolder('app'))
   */
  createArtifact(
    fields: CreateArtifactFields,
    artifact: ArtifactSource,
    options?: UploadOptions,
  ): Promise<ArtifactCreated> {
    return this.#transport.call('createArtifact', { body: fields, files: [artifactPart(artifact)] }, options)
  }

  /**
   * Creates the next version of an artifact.
   *
   * @example
   * const { version } = await client.artifacts.createArtifactVersion(id, await zipFolder('app'))
   */
  createArtifactVersion(
    artifactId: string,
    artifact: ArtifactSource,
    options: UploadOptions & { readonly fields?: CreateArtifactVersionFields } = {},
  ): Promise<ArtifactVersionCreated> {
    const input = { params: { artifactId }, body: options.fields ?? {}, files: [artifactPart(artifact)] }
    return this.#transport.call('createArtifactVersion', input, options)
  }

  /**
   * Describes an artifact and a page of its versions, newest first.
   *
   * @example
   * const { versions } = await client.artifacts.describeArtifact(id)
   */
  describeArtifact(
    artifactId: string,
    query: ListArtifactsQuery = {},
    options?: CallOptions,
  ): Promise<ArtifactDetails> {
    return this.#transport.call('describeArtifact', { params: { artifactId }, query }, options)
  }

  /**
   * Lists artifacts, newest first.
   *
   * @example
   * for await (const { id, name } of client.artifacts.listArtifacts()) console.log(id, name)
   */
  listArtifacts(query: ListArtifactsQuery = {}, options?: CallOptions): List<ArtifactSummary, ArtifactPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listArtifacts', { query: { ...query, pageNumber } }, options),
      ({ artifacts }) => artifacts,
    )
  }

  /**
   * Changes name or description; what is absent stays.
   *
   * @example
   * await client.artifacts.updateArtifact(id, { description: 'with holidays' })
   */
  async updateArtifact(artifactId: string, body: Given<UpdateArtifactBody>, options?: CallOptions): Promise<void> {
    await this.#transport.call('updateArtifact', { params: { artifactId }, body }, options)
  }

  /**
   * Deletes an artifact with all its versions.
   *
   * @example
   * await client.artifacts.deleteArtifact(id)
   */
  async deleteArtifact(artifactId: string, options?: CallOptions): Promise<void> {
    await this.#transport.call('deleteArtifact', { params: { artifactId } }, options)
  }

  /**
   * Deletes one version.
   *
   * @example
   * await client.artifacts.deleteArtifactVersion(id, 1)
   */
  async deleteArtifactVersion(artifactId: string, version: number, options?: CallOptions): Promise<void> {
    await this.#transport.call('deleteArtifactVersion', { params: { artifactId, version } }, options)
  }

  /**
   * Lists the files of a version by path, without downloading it.
   *
   * @example
   * for await (const { path, sizeBytes } of client.artifacts.listArtifactFiles(id, 2)) console.log(path, sizeBytes)
   */
  listArtifactFiles(
    artifactId: string,
    version: number,
    query: ListArtifactFilesQuery = {},
    options?: CallOptions,
  ): List<ArtifactFile, ArtifactFilePage> {
    const params = { artifactId, version }
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listArtifactFiles', { params, query: { ...query, pageNumber } }, options),
      ({ files }) => files,
    )
  }

  /**
   * The zip of a version, the latest by default, as a stream.
   *
   * @example
   * const { stream } = await client.artifacts.downloadArtifact(id, 2)
   * await writeFile('artifact.zip', stream)
   */
  downloadArtifact(artifactId: string, version?: number, options?: CallOptions): Promise<Download> {
    return version === undefined
      ? this.#transport.call('downloadArtifact', { params: { artifactId } }, options)
      : this.#transport.call('downloadArtifactVersion', { params: { artifactId, version } }, options)
  }
}
