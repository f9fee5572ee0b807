/**
 * Passwords as they are kept: by scrypt, with a salt of their own and the costs beside them, so that later ones can cost
 * more. One takes about 32 MiB and a tenth of a second of a core, off the event loop.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

interface Costs {
  /** Base-2 logarithm of the cost. */
  readonly log2: number
  readonly blockSize: number
  readonly parallel: number
}

const costs: Costs = { log2: 15, blockSize: 8, parallel: 1 }
const keyBytes = 32
const kept = /^scrypt:(\d{1,2}):(\d{1,2}):(\d{1,2}):([\w-]{22}):([\w-]{43})$/

function derive(password: string, salt: Buffer, { log2, blockSize, parallel }: Costs): Promise<Buffer> {
  const options = { N: 2 ** log2, r: blockSize, p: parallel, maxmem: 256 * 2 ** log2 * blockSize }
  return new Promise((resolve, reject) => {
    // The same characters can be typed in several ways.
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** What is kept of a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, costs)
  const { log2, blockSize, parallel } = costs
  return ['scrypt', log2, blockSize, parallel, salt.toString('base64url'), key.toString('base64url')].join(':')
}

/**
 * Whether it is the password that was kept. Takes as long where nothing is kept, so that the time tells nobody whether
 * there is such a user.
 *
 * @param hash null = there is no password, and none is right
 */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const [, log2, blockSize, parallel, salt, key] = kept.exec(hash ?? '') ?? []
  if (salt === undefined || key === undefined) {
    await derive(password, Buffer.alloc(16), costs)
    return false
  }
  const given = { log2: Number(log2), blockSize: Number(blockSize), parallel: Number(parallel) }
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64url'), given), Buffer.from(key, 'base64url'))
}
