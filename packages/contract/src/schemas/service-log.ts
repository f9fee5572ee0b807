import { type Static, Type } from 'typebox'
import { serviceRunStates, serviceStatuses } from '../statuses.ts'
import { LogLine, signedQuery, WaitQuery } from './log.ts'

/** Opaque; holds a place in the log of each instance that runs. */
const ServiceNextToken = Type.String({ maxLength: 4096 })

/** Which instances' lines; give the same with each `nextToken`. */
const instanceFilter = {
  instance: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  revision: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
}

export const ServiceLogsQuery = Type.Object({
  ...instanceFilter,
  /** Epoch milliseconds: lines of then or later. */
  since: Type.Optional(Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })),
  /** Begin with the newest lines, so many; without meaning beside `nextToken`. */
  tail: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  nextToken: Type.Optional(ServiceNextToken),
  wait: WaitQuery,
})
export type ServiceLogsQuery = Static<typeof ServiceLogsQuery>

/** A line, and the instance that wrote it. */
export const ServiceLogLine = Type.Object({
  ...LogLine.properties,
  instance: Type.String(),
  revision: Type.Integer(),
})
export type ServiceLogLine = Static<typeof ServiceLogLine>

export const ServiceLogs = Type.Object({
  serviceStatus: Type.Enum(serviceStatuses),
  state: Type.Enum(serviceRunStates),
  /** `true`: the instance or revision that was asked for is over, and no lines will come. */
  ended: Type.Boolean(),
  /** Once caught up, `logs` is empty. */
  nextToken: ServiceNextToken,
  logs: Type.Array(ServiceLogLine),
})
export type ServiceLogs = Static<typeof ServiceLogs>

export const ServiceLogDownloadQuery = Type.Object(instanceFilter)
export type ServiceLogDownloadQuery = Static<typeof ServiceLogDownloadQuery>
export const ServiceLogFileQuery = Type.Object({ ...instanceFilter, ...signedQuery })
