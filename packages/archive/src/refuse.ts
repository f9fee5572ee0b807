import { CairnError } from '@cairn/contract'

const shownCharacters = 120

/** The refusal of a whole archive; `rule` says what is wrong and what would be right. */
export function refuseArchive(rule: string, cause?: unknown): CairnError {
  return new CairnError('invalid_archive', `zip: ${rule}`, cause === undefined ? {} : { cause })
}

/** The refusal of one entry. The name is shown escaped and cut, so a hostile one cannot forge a message. */
export function refuseEntry(name: string, rule: string, cause?: unknown): CairnError {
  const shown = name.length > shownCharacters ? `${name.slice(0, shownCharacters)}…` : name
  const message = `entry ${JSON.stringify(shown)}: ${rule}`
  return new CairnError('invalid_archive', message, cause === undefined ? {} : { cause })
}
