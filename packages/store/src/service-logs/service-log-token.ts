import { CairnError } from '@cairn/contract'
import type { LogPosition } from '../logs/log-token.ts'

/**
 * How far the log of a service is read. Streams up to `high` were opened; those of them that are not in `open` are read to
 * their end.
 */
export interface ServiceLogPosition {
  readonly high: number
  /** By the stream's number: the next line to read. */
  readonly open: ReadonlyMap<number, LogPosition>
}

export const startOfServiceLog: ServiceLogPosition = { high: 0, open: new Map() }

/** Base 36, so that a hundred streams fit a query. */
const tokenPattern = /^s\/([0-9a-z]{1,10})\/((?:[0-9a-z]{1,10}\.[0-9a-z]{1,6}\.[0-9a-z]{1,6}(?:_(?!$)|$))*)$/
const radix = 36

export function formatServiceLogToken({ high, open }: ServiceLogPosition): string {
  const streams = [...open].map(([number, { sequence, index }]) =>
    [number, sequence, index].map((part) => part.toString(radix)).join('.'),
  )
  return `s/${high.toString(radix)}/${streams.join('_')}`
}

/** @throws CairnError `invalid_request` when the token is not one that {@link formatServiceLogToken} gave out */
export function parseServiceLogToken(token: string): ServiceLogPosition {
  const [, high, streams] = tokenPattern.exec(token) ?? []
  if (high === undefined || streams === undefined) {
    throw new CairnError(
      'invalid_request',
      'nextToken is not a token of the log of a service: leave it out to read from the start',
      { errors: [{ field: 'nextToken', rule: 'must be a nextToken of an earlier answer' }] },
    )
  }
  const open = streams.split('_').filter((part) => part !== '')
  return { high: Number.parseInt(high, radix), open: new Map(open.map(parseStream)) }
}

function parseStream(text: string): [number, LogPosition] {
  const [number = 0, sequence = 0, index = 0] = text.split('.').map((part) => Number.parseInt(part, radix))
  return [number, { sequence, index }]
}
