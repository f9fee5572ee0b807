/**
 * The file with the keys of the secrets. It is made at the first start of an installation and never again: a server that
 * does not find it, or finds another one than the database was written with, refuses to start.
 */
import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Logger } from '@cairn/domain'
import {
  agreeOnSecretKeys,
  createSecretCipher,
  type Database,
  lockSecretKeys,
  resealSecrets,
  resealWebhooks,
  type SecretCipher,
  secretKeyBytes,
} from '@cairn/store'
import { writeNewFile } from './data-directory.ts'

/** The key file is missing, damaged or another one; the message says what to do. */
export class SecretKeyError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SecretKeyError'
  }
}

const explanation = `# Keys of the secrets of a Cairn installation: a line for each, 32 random bytes in base64.
# The first seals, all open. Keep a copy apart from the backups of the database. See docs/secrets.md.
`

/**
 * Opens the key file and holds it against the database. Seals values that are under an older key anew.
 *
 * @throws {SecretKeyError}
 */
export async function openSecretCipher(database: Database, path: string, logger: Logger): Promise<SecretCipher> {
  const cipher = await database.transaction(async (tx) => {
    const known = await lockSecretKeys(tx)
    if (known.length === 0)
      await writeNewFile(path, `${explanation}${randomBytes(secretKeyBytes).toString('base64')}\n`)
    const found = await readKeyFile(path)
    const agreement = await agreeOnSecretKeys(tx, found, known)
    if (agreement.kind === 'refused') throw wrongKeys(path, agreement.missing)
    return found
  })
  await warnIfOpenToOthers(path, logger)
  const secrets = await resealSecrets(database.db, cipher)
  const webhooks = await resealWebhooks(database.db, cipher)
  const resealed = secrets.resealed + webhooks.resealed
  const unreadable = [...secrets.unreadable, ...webhooks.unreadable]
  if (resealed > 0) logger.info({ resealed, keyId: cipher.keyIds[0] }, 'secrets were sealed anew under the first key')
  if (unreadable.length > 0) logger.warn({ unreadable }, 'these secrets cannot be opened; store their values anew')
  return cipher
}

async function readKeyFile(path: string): Promise<SecretCipher> {
  try {
    return createSecretCipher(parseKeys(await readFile(path, 'utf8'), path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw missingFile(path)
    throw error
  }
}

/** @throws {SecretKeyError} */
export function parseKeys(text: string, path: string): readonly Buffer[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const keys = lines.map((line) => Buffer.from(line, 'base64'))
  const isWhole = lines.length > 0 && lines.every((line) => /^[A-Za-z0-9+/]{43}=$/.test(line))
  if (!isWhole) {
    throw new SecretKeyError(
      `${path} is damaged: it must have a line of ${secretKeyBytes} bytes in base64 for each key; restore it from its backup`,
    )
  }
  return keys
}

const whatToDo =
  'Every server of a database needs the same key file: copy it from another server or from its backup, or name it by ' +
  'CAIRN_SECRET_KEY_FILE. If it is lost, the values are lost too: docs/secrets.md says how to begin anew.'

function missingFile(path: string): SecretKeyError {
  return new SecretKeyError(`the database has keys of secrets, and ${path} does not exist. ${whatToDo}`)
}

function wrongKeys(path: string, missing: readonly string[]): SecretKeyError {
  return new SecretKeyError(
    `${path} does not hold the key that the secrets of this database are sealed under (${missing.join(', ')}). ${whatToDo}`,
  )
}

async function warnIfOpenToOthers(path: string, logger: Logger): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & 0o007) !== 0) logger.warn({ path }, 'every user of this machine can read the keys of the secrets')
}

/**
 * Holds the key file against a database that was restored, and changes nothing.
 *
 * @returns what is wrong; null = every value of the database can be opened
 */
export async function checkSecretKeys(database: Database, path: string): Promise<string | null> {
  const rolledBack = new Error('nothing is kept')
  try {
    await database.transaction(async (tx) => {
      const known = await lockSecretKeys(tx)
      if (known.length === 0) throw rolledBack
      const agreement = await agreeOnSecretKeys(tx, await readKeyFile(path), known)
      throw agreement.kind === 'refused' ? wrongKeys(path, agreement.missing) : rolledBack
    })
  } catch (error) {
    if (error === rolledBack) return null
    if (error instanceof SecretKeyError) return error.message
    throw error
  }
  return null
}

/** For processes that neither take nor use secrets and need no key. */
export const noSecretCipher: SecretCipher = {
  keyIds: [],
  seal: () => refuseUse(),
  open: () => refuseUse(),
}

function refuseUse(): never {
  throw new Error('this process has no keys of secrets: it has neither the role api nor the role engine')
}
