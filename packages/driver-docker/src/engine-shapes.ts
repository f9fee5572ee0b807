/** What Cairn reads of the Engine API's answers, checked at run time; every other field is ignored. */
import { DriverError } from '@cairn/driver'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Labels = Type.Optional(Nullable(Type.Record(Type.String(), Type.String())))
const PortBinding = Type.Object({ HostIp: Type.Optional(Type.String()), HostPort: Type.String() })

export const ContainerInspect = Type.Object({
  Id: Type.String(),
  Name: Type.String(),
  State: Type.Object({
    Status: Type.String(),
    OOMKilled: Type.Optional(Type.Boolean()),
    ExitCode: Type.Integer(),
    Error: Type.Optional(Type.String()),
    StartedAt: Type.String(),
    FinishedAt: Type.String(),
  }),
  Config: Type.Object({ Labels, WorkingDir: Type.Optional(Type.String()) }),
  NetworkSettings: Type.Object({
    Ports: Type.Optional(Nullable(Type.Record(Type.String(), Nullable(Type.Array(PortBinding))))),
  }),
})
export type ContainerInspect = Static<typeof ContainerInspect>

export const ContainerList = Type.Array(Type.Object({ Id: Type.String() }))
/** `SizeRw` is left out while nothing has been written. */
export const ContainerSize = Type.Object({ SizeRw: Type.Optional(Type.Number()) })
/** Counters of a container. An engine leaves out, or writes zero for, what it does not know. */
export const ContainerStats = Type.Object({
  cpu_stats: Type.Optional(
    Type.Object({ cpu_usage: Type.Optional(Type.Object({ total_usage: Type.Optional(Type.Number()) })) }),
  ),
  memory_stats: Type.Optional(
    Type.Object({
      usage: Type.Optional(Type.Number()),
      limit: Type.Optional(Type.Number()),
      stats: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
})
export type ContainerStats = Static<typeof ContainerStats>
export const Created = Type.Object({ Id: Type.String() })
export const ContainerExec = Type.Object({ Id: Type.String() })

export const ImageInspect = Type.Object({
  Id: Type.String(),
  Size: Type.Number(),
  RootFS: Type.Optional(Nullable(Type.Object({ Layers: Type.Optional(Nullable(Type.Array(Type.String()))) }))),
  Config: Type.Optional(
    Nullable(
      Type.Object({
        Labels,
        WorkingDir: Type.Optional(Type.String()),
        ExposedPorts: Type.Optional(Nullable(Type.Record(Type.String(), Type.Unknown()))),
      }),
    ),
  ),
})
export type ImageInspect = Static<typeof ImageInspect>

export const ImageList = Type.Array(
  Type.Object({ Id: Type.String(), RepoTags: Type.Optional(Nullable(Type.Array(Type.String()))), Size: Type.Number() }),
)

const Sized = Type.Object({ Size: Type.Optional(Type.Number()) })
const DiskRow = Type.Object({ SizeRw: Type.Optional(Type.Number()) })
const VolumeRow = Type.Object({ UsageData: Type.Optional(Nullable(Sized)) })
/** Only the totals are of use; sizes of -1 are not known. */
export const SystemUsage = Type.Object({
  LayersSize: Type.Optional(Type.Number()),
  Containers: Type.Optional(Nullable(Type.Array(DiskRow))),
  Volumes: Type.Optional(Nullable(Type.Array(VolumeRow))),
  BuildCache: Type.Optional(Nullable(Type.Array(Sized))),
})
export const Pruned = Type.Object({ SpaceReclaimed: Type.Optional(Type.Number()) })
export const EngineRoot = Type.Object({ DockerRootDir: Type.Optional(Type.String()) })

export const NetworkList = Type.Array(
  Type.Object({ Id: Type.String(), Name: Type.String(), Created: Type.String(), Labels }),
)
export type NetworkListEntry = Static<typeof NetworkList>[number]

export const EngineVersion = Type.Object({
  Version: Type.String(),
  Components: Type.Optional(Nullable(Type.Array(Type.Object({ Name: Type.String() })))),
})
export type EngineVersion = Static<typeof EngineVersion>

export const EngineInfo = Type.Object({ NCPU: Type.Integer(), MemTotal: Type.Number(), OSType: Type.String() })

export const EngineEvent = Type.Object({
  Type: Type.Optional(Type.String()),
  time: Type.Optional(Type.Number()),
  timeNano: Type.Optional(Type.Number()),
  Actor: Type.Object({ Attributes: Type.Optional(Nullable(Type.Record(Type.String(), Type.String()))) }),
})
export type EngineEvent = Static<typeof EngineEvent>

export const BuildMessage = Type.Object({
  stream: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  aux: Type.Optional(Type.Object({ ID: Type.Optional(Type.String()) })),
})
export type BuildMessage = Static<typeof BuildMessage>

export const PushMessage = Type.Object({
  error: Type.Optional(Type.String()),
  aux: Type.Optional(Nullable(Type.Object({ Digest: Type.Optional(Type.String()) }))),
})

/** Throws `unknown` when the engine answered something else than `what` looks like. */
export function readShape<T extends TSchema>(schema: T, value: unknown, what: string): Static<T> {
  if (Value.Check(schema, value)) return value
  const [first] = Value.Errors(schema, value)
  const where = first === undefined ? '' : ` (${first.instancePath}: ${first.message})`
  throw new DriverError('unknown', `the container engine's ${what} is not what its API describes${where}`)
}
