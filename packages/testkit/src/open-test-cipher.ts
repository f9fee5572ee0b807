import { agreeOnSecretKeys, createSecretCipher, type Database, lockSecretKeys, type SecretCipher } from '@cairn/store'

/** A cipher under a key of tests, which the database knows from then on. */
export async function openTestCipher(database: Database): Promise<SecretCipher> {
  const cipher = createSecretCipher([Buffer.alloc(32, 'key of tests')])
  await database.transaction(async (tx) => agreeOnSecretKeys(tx, cipher, await lockSecretKeys(tx)))
  return cipher
}
