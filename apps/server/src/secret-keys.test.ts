import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@cairn/domain'
import { createTestDatabase, silentLogger, type TestDatabase } from '@cairn/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSecretCipher, SecretKeyError } from './secret-keys.ts'

let test: TestDatabase
let directory: string
let path: string
const warnings: string[] = []
const logger: Logger = { ...silentLogger, warn: (_fields, message) => warnings.push(message) }
beforeEach(async () => {
  test = await createTestDatabase()
  directory = await mkdtemp(join(tmpdir(), 'cairn-keys-'))
  path = join(directory, 'secrets')
  warnings.length = 0
})
afterEach(async () => {
  await test.drop()
  await rm(directory, { recursive: true })
})

const open = (file = path) => openSecretCipher(test.database, file, logger)
const place = { tenantId: 'a', name: 'token' }

it('makes the key at the first start, readable by its owner only, and finds it at the next', async () => {
  const first = await open()
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(directory)).toEqual(['secrets'])
  expect((await open()).open(first.seal('value', place), place)).toBe('value')
  expect(warnings).toEqual([])
})

it('makes one key when servers start at once on one file', async () => {
  const ciphers = await Promise.all([open(), open(), open()])
  expect(new Set(ciphers.flatMap(({ keyIds }) => keyIds)).size).toBe(1)
})

it('starts only one of two servers that have different files, and says what the other one needs', async () => {
  const other = join(directory, 'other')
  const outcomes = await Promise.allSettled([open(), open(other)])
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  expect(refused).toHaveLength(1)
  expect(refused[0]?.reason).toBeInstanceOf(SecretKeyError)
  expect(String(refused[0]?.reason)).toMatch(/does not exist\. Every server of a database needs the same key file/)
  expect(await readdir(directory)).toHaveLength(1)
})

it('refuses a file with another key, naming the file and the setting', async () => {
  await open()
  await writeFile(path, `${Buffer.alloc(32, 1).toString('base64')}\n`)
  await expect(open()).rejects.toThrow(/keys.*does not hold the key.*CAIRN_SECRET_KEY_FILE/)
})

it.each(['', 'not a key\n', `${Buffer.alloc(31, 1).toString('base64')}\n`])('refuses a damaged file', async (text) => {
  await writeFile(path, text)
  await expect(open()).rejects.toThrow(/is damaged: it must have a line of 32 bytes in base64 for each key/)
})

it('takes a new key that stands before the old one', async () => {
  const before = await open()
  const added = Buffer.alloc(32, 1).toString('base64')
  await writeFile(path, `${added}\n${await readFile(path, 'utf8')}`)
  const after = await open()
  expect(after.keyIds).toHaveLength(2)
  expect(after.open(before.seal('value', place), place)).toBe('value')
  expect(after.seal('value', place).keyId).not.toBe(before.keyIds[0])
})

it('warns of a file that everyone can read', async () => {
  await open()
  await chmod(path, 0o644)
  await open()
  expect(warnings).toEqual(['every user of this machine can read the keys of the secrets'])
})
