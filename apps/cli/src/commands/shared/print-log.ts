/** Logs as text: a line for each line, with its time when that is asked for. */
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { Download } from '@cairn/sdk'
import { writeToFile } from '../../files/named-file.ts'
import type { Session } from '../../session/session.ts'

export interface LogLine {
  readonly message: string
  /** Epoch milliseconds. */
  readonly timestamp: number
}

/** `2026-01-31T18:00:00.000Z: text`, as the reference prints it; with ndjson the line as JSON. */
export function printLogLine(
  session: Session,
  line: LogLine,
  style: { readonly timestamps: boolean; readonly step?: string },
): void {
  const { output } = session
  const { message, timestamp } = line
  const time = new Date(timestamp).toISOString()
  if (output.format === 'ndjson') {
    output.line(JSON.stringify({ time, ...(style.step === undefined ? {} : { step: style.step }), message }))
    return
  }
  const prefix = `${style.timestamps ? `${time}: ` : ''}${style.step === undefined ? '' : `${style.step} | `}`
  for (const part of message.split('\n')) output.line(`${prefix}${part}`)
}

/** Prints lines until there are no more. */
export async function printLog(
  session: Session,
  lines: AsyncIterable<LogLine>,
  style: { readonly timestamps: boolean; readonly step?: string },
): Promise<void> {
  for await (const line of lines) printLogLine(session, line, style)
}

export interface ServiceLine extends LogLine {
  readonly instance: string
  readonly revision: number
}

/** The lines of a service; from the second instance on each starts with its own. ndjson always tells it. */
export async function printServiceLog(
  session: Session,
  lines: AsyncIterable<ServiceLine>,
  { timestamps }: { readonly timestamps: boolean },
): Promise<void> {
  let first: string | null = null
  let areMany = false
  for await (const { message, timestamp, instance, revision } of lines) {
    first ??= instance
    areMany ||= instance !== first
    const time = new Date(timestamp).toISOString()
    if (session.output.format === 'ndjson') {
      session.output.line(JSON.stringify({ time, instance, revision, message }))
    } else {
      const style = { timestamps, ...(areMany ? { step: instance } : {}) }
      printLogLine(session, { message, timestamp }, style)
    }
  }
}

/** The lines that a log has now: pieces are read until one is empty. */
export async function* linesSoFar<Line extends LogLine>(
  read: (nextToken: string | undefined) => Promise<{ readonly logs: readonly Line[]; readonly nextToken: string }>,
): AsyncGenerator<Line> {
  for (let piece = await read(undefined); piece.logs.length > 0; piece = await read(piece.nextToken)) yield* piece.logs
}

/** Writes a download to a file and says where. */
export async function saveDownload(session: Session, download: Download, fileName: string): Promise<void> {
  const path = resolve(session.workingDirectory, fileName)
  await writeToFile(path, Readable.from(download))
  session.output.note(`cairn: saved to ${path}`)
}
