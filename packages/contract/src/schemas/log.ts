import { type Static, Type } from 'typebox'
import { Timestamp, nullable } from './bounds.ts'

/** A log line. Times are epoch milliseconds. */
export const LogLine = Type.Object({
  message: Type.String(),
  timestamp: Type.Integer(),
})
export type LogLine = Static<typeof LogLine>

const BuildLogLine = Type.Object({ ...LogLine.properties, ingestionTime: Type.Integer() })

/** Opaque; give it back to read on. Once caught up the same token comes again with empty `logs`. */
const NextToken = Type.String({ maxLength: 256 })

export const NextTokenQuery = Type.Optional(NextToken)

/** `false`: answer at once, also when no line is new. Else the answer waits for one, up to 20 s. */
export const WaitQuery = Type.Optional(Type.Boolean())

export const BuildLogs = Type.Object({
  buildStatus: Type.String(),
  startTime: nullable(Timestamp),
  finishTime: nullable(Timestamp),
  nextToken: NextToken,
  logs: Type.Array(BuildLogLine),
})
export type BuildLogs = Static<typeof BuildLogs>

export const StepLogs = Type.Object({
  stepRunStatus: Type.String(),
  nextToken: NextToken,
  logs: Type.Array(LogLine),
})
export type StepLogs = Static<typeof StepLogs>

/** Where the whole log can be read by a plain GET without a token, for a short time. */
export const LogDownload = Type.Object({ downloadUrl: Type.String() })
export type LogDownload = Static<typeof LogDownload>

/** Query of a signed link. `expires` is epoch seconds. */
export const signedQuery = {
  tenant: Type.String({ minLength: 1, maxLength: 64 }),
  expires: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  signature: Type.String({ minLength: 1, maxLength: 256 }),
}
