/** What a service revision runs: resolved and frozen when the revision is made. Stored as JSON; absence is `null`. */
export interface ServiceSpec {
  readonly image: {
    readonly imageId: number
    readonly versionId: number
    readonly name: string
    readonly version: string
    /** Content id on the engine, `sha256:…`. */
    readonly engineId: string
  }
  readonly resources: { readonly instanceTypeId: number; readonly cpus: number; readonly memoryBytes: number }
  readonly env: Readonly<Record<string, string>>
  /** Names of secrets; their values are read when an instance starts. */
  readonly secrets: readonly string[]
  /** argv, one element a line of the body's `entrypoint`; null = the image's own. */
  readonly entrypoint: readonly string[] | null
  /** Path for GET, e.g. `/health`; null = a TCP connect. */
  readonly healthCheckPath: string | null
  /** Container port: the image's single exposed port, else 8000; given to the app as `PORT`. */
  readonly port: number
  readonly sessionStickiness: boolean
  readonly scaleToZero: boolean
}
