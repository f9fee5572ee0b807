/** What an archive costs does not depend on what it says: each is inspected by a thread with a small heap. */
import { text } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import type { ArchiveLimits } from '../src/index.ts'
import type { WorkerOutcome, WorkerTask } from './inspect-in-worker.ts'
import { manyEntries } from './many-entries.ts'
import { rawZip } from './raw-zip.ts'
import { createArchiveDirectory } from './zip-file.ts'

const archives = await createArchiveDirectory()
afterAll(() => archives.remove())

const mebibyte = 1024 * 1024
/** The thread ends with an error when its objects take more. */
const heap = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 }

async function inspect(zip: Buffer, limits: Partial<ArchiveLimits>): Promise<WorkerOutcome> {
  const workerData: WorkerTask = { path: await archives.write(zip), limits }
  const worker = new Worker(new URL('inspect-in-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: heap,
    stdout: true,
  })
  try {
    return JSON.parse(await text(worker.stdout))
  } finally {
    await worker.terminate()
  }
}

const zeros = Buffer.alloc(64 * mebibyte)
const bomb = { packed: deflateRawSync(zeros), size: zeros.length, checksum: crc32(zeros) }

test.each([
  {
    is: 'a million entries',
    zip: () => manyEntries(1_000_000),
    message: 'zip: an archive may hold at most 100000 files and directories',
  },
  {
    is: 'a million entries that say they are 16960',
    zip: () => manyEntries(1_000_000, { claimed: 16_960 }),
    message: 'zip: its directory does not end where it says; it may hide entries',
  },
  { is: 'tens of thousands of entries', zip: () => manyEntries(20_000), message: 'accepted' },
  {
    is: 'a bomb that says so',
    zip: () => rawZip([{ name: 'x', ...bomb }]),
    message: 'entry "x": unpacks to more than 200 times its compressed size',
  },
  {
    is: 'a bomb that declares 10 bytes',
    zip: () => rawZip([{ name: 'x', ...bomb, size: 10 }]),
    message: 'entry "x": unpacks to more than the 10 bytes it declares',
  },
  {
    is: 'a bomb in an archive in the archive',
    zip: () => {
      const inner = rawZip(['a', 'b'].map((name) => ({ name, ...bomb })))
      return rawZip([{ name: 'a.zip', content: inner, method: 0 }])
    },
    limits: { nestedFreeBytes: 96 * mebibyte },
    message: /^entry "a.zip": with it the archives in the archive unpack to more than \d+ bytes$/,
  },
  {
    is: '128 MiB of one line',
    zip: () => rawZip([{ name: 'x', content: Buffer.alloc(128 * mebibyte, 'abcdefgh'), method: 0 }]),
    message: 'accepted',
  },
])('Memory stays flat for $is', async ({ zip, message, limits = {} }) => {
  const outcome = await inspect(zip(), limits)
  expect(outcome.message).toMatch(message)
  expect(outcome.peakBufferBytes).toBeLessThan(48 * mebibyte)
})
