import { CairnError } from '@cairn/contract'

/** The next line to read: `index` lines of the chunk `sequence` are read already. */
export interface LogPosition {
  readonly sequence: number
  readonly index: number
}

export const startOfLog: LogPosition = { sequence: 0, index: 0 }

const tokenPattern = /^f\/(\d{1,9})\/(\d{1,9})$/

export const formatLogToken = ({ sequence, index }: LogPosition): string => `f/${sequence}/${index}`

/**
 * @throws CairnError `invalid_request` when the token is not one that {@link formatLogToken} gave out
 */
export function parseLogToken(token: string): LogPosition {
  const [, sequence, index] = tokenPattern.exec(token) ?? []
  if (sequence === undefined || index === undefined) {
    throw new CairnError(
      'invalid_request',
      'nextToken is not a token of this log: leave it out to read from the start',
      {
        errors: [{ field: 'nextToken', rule: 'must be a nextToken of an earlier answer' }],
      },
    )
  }
  return { sequence: Number(sequence), index: Number(index) }
}
