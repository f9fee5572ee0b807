/**
 * Seals the values of secrets by AES-256-GCM. The tenant and the name are additional data, so a sealed value that is moved
 * to another row does not open there. Of several keys the first seals and all open, so that keys can be replaced.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** The row that a sealed value belongs to. */
export interface SecretPlace {
  readonly tenantId: string
  readonly name: string
}

export interface SealedSecret {
  readonly keyId: string
  /** Nonce, tag and ciphertext. */
  readonly sealed: Buffer
}

export interface SecretCipher {
  /** Ids of the keys; the first one's key seals. */
  readonly keyIds: readonly string[]
  seal(value: string, place: SecretPlace): SealedSecret
  /** @throws {SecretUnreadable} when the key is missing, or the value was changed or belongs to another place */
  open(secret: SealedSecret, place: SecretPlace): string
}

/** A stored secret that cannot be opened. The message is for users and holds no value. */
export class SecretUnreadable extends Error {
  constructor(name: string, problem: string) {
    super(`secret "${name}" cannot be read: ${problem}`)
    this.name = 'SecretUnreadable'
  }
}

export const secretKeyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const algorithm = 'aes-256-gcm'

interface Key {
  readonly id: string
  readonly encryption: Buffer
}

/**
 * @param keys 32 random bytes each, the sealing one first; at least one
 * @example
 * const cipher = createSecretCipher([key])
 * const sealed = cipher.seal('s3cret', { tenantId, name: 'db-password' })
 */
export function createSecretCipher(keys: readonly Buffer[]): SecretCipher {
  const [first, ...others] = keys.map(keyOf)
  if (first === undefined) throw new Error('a secret cipher needs a key')
  const byId = new Map([first, ...others].map((key) => [key.id, key]))
  return {
    keyIds: [...byId.keys()],
    seal: (value, place) => ({ keyId: first.id, sealed: seal(first, value, place) }),
    open: ({ keyId, sealed }, place) => {
      const key = byId.get(keyId)
      if (key === undefined) throw new SecretUnreadable(place.name, `this server has no key "${keyId}"`)
      return open(key, sealed, place)
    },
  }
}

/** The id follows from the key and tells nothing about it, so that a wrong key is seen without trying it. */
function keyOf(bytes: Buffer): Key {
  if (bytes.length !== secretKeyBytes) throw new Error(`a key of secrets has ${secretKeyBytes} bytes`)
  const derive = (purpose: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), `cairn secrets: ${purpose}`, length))
  return { id: derive('key id', 8).toString('hex'), encryption: derive('encryption', 32) }
}

function additionalData(place: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify([place.tenantId, place.name]))
}

function seal(key: Key, value: string, place: SecretPlace): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key.encryption, nonce, { authTagLength: tagBytes })
  cipher.setAAD(additionalData(place))
  const ciphertext = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext])
}

function open(key: Key, sealed: Buffer, place: SecretPlace): string {
  try {
    const decipher = createDecipheriv(algorithm, key.encryption, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(additionalData(place))
    decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
    const value = Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()])
    return value.toString('utf8')
  } catch {
    // The library's words name neither the row nor what to do.
    throw new SecretUnreadable(place.name, 'what is stored was changed or belongs elsewhere; store the value anew')
  }
}

/** null = it cannot be opened. */
export function openIfReadable(cipher: SecretCipher, secret: SealedSecret, place: SecretPlace): string | null {
  try {
    return cipher.open(secret, place)
  } catch (error) {
    if (error instanceof SecretUnreadable) return null
    throw error
  }
}
