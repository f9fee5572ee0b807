import { type ReactElement, useCallback } from 'react'
import { LogPanel } from './log/log-panel.tsx'
import type { ReadLog } from './log/use-log.ts'
import { Panel } from './panel.tsx'

/** A log as it grows; ends when it has ended or the signal aborts. */
export type FollowLog = (
  signal: AbortSignal,
) => AsyncIterable<{ readonly message: string; readonly timestamp?: number }>

/** Reads what is followed line by line. */
export async function readFollowed(
  ...[follow, signal, give]: readonly [FollowLog, ...Parameters<ReadLog>]
): Promise<void> {
  for await (const { message, timestamp = null } of follow(signal)) give([{ text: message, at: timestamp, from: null }])
}

/**
 * A titled log.
 *
 * @param follow has to stay the same function as long as it is the same log
 * @param onDownload saves the whole of it
 */
export function LogView({
  name,
  follow,
  onDownload,
}: {
  readonly name: string
  readonly follow: FollowLog
  readonly onDownload: () => void
}): ReactElement {
  const read = useCallback<ReadLog>((signal, give) => readFollowed(follow, signal, give), [follow])
  return (
    <Panel title={name}>
      <LogPanel name={name} read={read} onDownload={onDownload} />
    </Panel>
  )
}
