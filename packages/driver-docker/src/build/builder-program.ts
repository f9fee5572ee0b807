/** Which builder there is: BuildKit through a client that can, else Podman, else the engine's own by its API. */
import type { EngineFeatures } from '../engine-features.ts'

export type BuilderProgram =
  | { readonly kind: 'buildx'; readonly program: string; readonly version: string }
  /** A client of Docker 18.09 to 22, which speaks to BuildKit itself when `DOCKER_BUILDKIT=1`. */
  | { readonly kind: 'buildkit-client'; readonly program: string; readonly version: string }
  | { readonly kind: 'podman'; readonly program: string; readonly version: string }
  | { readonly kind: 'api'; readonly engine: string; readonly version: string }

/** How a builder's run ended. */
export type BuilderEnd =
  | {
      readonly kind: 'built'
      /** null = the image is found by its tag. */
      readonly imageId: string | null
      /** Settles when the files of the run are gone; to be awaited. */
      readonly cleaned: Promise<void>
    }
  | { readonly kind: 'failed'; readonly reason: string }

/** What a program on PATH printed, or null where it failed. */
export interface Probe {
  readonly program: string
  /** `docker --version` or `podman --version`. */
  readonly version: string | null
  /** `docker buildx version`. */
  readonly buildx: string | null
}

const firstBuildKitVersion = 18.09
const firstVersionWithoutBuildKit = 23

/** The best of what was found, in the order of `probes`. */
export function chooseBuilder(features: EngineFeatures, probes: readonly Probe[]): BuilderProgram {
  const own: BuilderProgram = { kind: 'api', engine: features.engine, version: features.version }
  if (features.engine === 'podman') {
    const podman = probes.find(({ version }) => version !== null)
    return podman === undefined
      ? own
      : { kind: 'podman', program: podman.program, version: readVersion(podman.version) }
  }
  const buildx = probes.find((probe) => probe.buildx !== null)
  if (buildx !== undefined) return { kind: 'buildx', program: buildx.program, version: readVersion(buildx.buildx) }
  const client = probes.find(({ version }) => speaksBuildKit(readVersion(version)))
  return client === undefined
    ? own
    : { kind: 'buildkit-client', program: client.program, version: readVersion(client.version) }
}

/** For the build log. */
export function describeBuilder(builder: BuilderProgram): string {
  if (builder.kind === 'api') {
    return `classic builder of ${builder.engine} ${builder.version}, by its API; secret mounts are not available`
  }
  return { buildx: 'BuildKit (buildx ', 'buildkit-client': 'BuildKit (docker ', podman: 'Podman (podman ' }[
    builder.kind
  ].concat(builder.version, ')')
}

/** `Docker version 20.10.24+dfsg1, build 297e128` gives `20.10.24`. */
export function readVersion(text: string | null): string {
  return text?.match(/\d+\.\d+(?:\.\d+)*/)?.[0] ?? 'unknown'
}

function speaksBuildKit(version: string): boolean {
  const [major, minor] = version.split('.')
  const value = Number(`${major}.${(minor ?? '0').padStart(2, '0')}`)
  return value >= firstBuildKitVersion && value < firstVersionWithoutBuildKit
}
