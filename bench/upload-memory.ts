/**
 * Resident memory of the server while 200 different zips of 10 MB are uploaded, eight at a time, and then downloaded.
 * The content cannot be compressed, so what is sent is what is stored. Each is checked by the server as every upload is.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { CairnClient } from '@cairn/sdk'
import type { Place } from './place.ts'
import { type Summary, summarise } from './summary.ts'

const uploads = 200
const atOnce = 8
const fileBytes = 10_000_000
const sampleMs = 20

export interface UploadMemory {
  readonly uploads: number
  readonly megabytesEach: number
  readonly atOnce: number
  readonly idleMb: number
  /** Samples while it uploaded, and while it downloaded. */
  readonly uploadingMb: Summary
  readonly downloadingMb: Summary
  /** Highest since the process started, as the kernel has it. */
  readonly peakMb: number
  readonly uploadSeconds: number
  readonly downloadSeconds: number
}

export async function measureUploadMemory(place: Place): Promise<UploadMemory> {
  const server = await place.server()
  await server.start()
  const artifacts = server.client.artifacts
  const warm = await artifacts.createArtifact({ name: 'warm' }, zipOf(randomBytes(1000)))
  const idleMb = await residentMb(server.pid(), 'VmRSS')
  const ids: string[] = []
  const content = randomBytes(fileBytes)
  const uploading = await sampled(server.pid(), () =>
    inTurns(uploads, async (number) => {
      // A little is enough to make it another content; the bytes in between stay as they cannot be packed.
      const bytes = Buffer.concat([randomBytes(16), content.subarray(16)])
      ids.push((await artifacts.createArtifact({ name: `upload-${number}` }, zipOf(bytes))).id)
    }),
  )
  const downloading = await sampled(server.pid(), () =>
    inTurns(uploads, async (number) => readToEnd(artifacts, ids[number] ?? warm.id)),
  )
  return {
    uploads,
    megabytesEach: fileBytes / 1e6,
    atOnce,
    idleMb,
    uploadingMb: summarise(uploading.samples),
    downloadingMb: summarise(downloading.samples),
    peakMb: await residentMb(server.pid(), 'VmHWM'),
    uploadSeconds: uploading.seconds,
    downloadSeconds: downloading.seconds,
  }
}

async function readToEnd(artifacts: CairnClient['artifacts'], id: string): Promise<void> {
  const { stream } = await artifacts.downloadArtifact(id)
  let bytes = 0
  for await (const chunk of stream) bytes += chunk.length
  if (bytes < fileBytes) throw new Error(`only ${bytes} bytes of artifact ${id} came`)
}

async function inTurns(count: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function sampled(pid: number, work: () => Promise<void>): Promise<{ samples: number[]; seconds: number }> {
  const samples: number[] = []
  const sampling = setInterval(() => {
    residentMb(pid, 'VmRSS').then(
      (megabytes) => samples.push(megabytes),
      () => undefined,
    )
  }, sampleMs)
  const startedAt = performance.now()
  try {
    await work()
  } finally {
    clearInterval(sampling)
  }
  return { samples, seconds: Math.round((performance.now() - startedAt) / 100) / 10 }
}

/** In 10^6 bytes. */
async function residentMb(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]
  return Math.round((Number(kibibytes) * 1024) / 1e5) / 10
}

/** One stored file. */
function zipOf(content: Buffer): Uint8Array<ArrayBuffer> {
  const name = Buffer.from('weights.bin')
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(20, 0)
  fields.writeUInt32LE(crc32(content), 10)
  fields.writeUInt32LE(content.length, 14)
  fields.writeUInt32LE(content.length, 18)
  fields.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, name, content])
  const central = Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0'), fields, Buffer.alloc(14), name])
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(local.length, 12)
  return Buffer.concat([local, central, Buffer.from('PK\u0005\u0006'), end])
}
