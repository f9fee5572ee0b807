import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { CairnError } from '@cairn/contract'
import { deleteUnreferencedObject, lockStoredObject } from '@cairn/store'
import type { ApiContext } from '../context.ts'
import type { Upload } from '../operation.ts'
import { readMultipart } from './multipart.ts'
import { type BodyLimits, readBody } from './request-body.ts'

export interface ReceivedForm {
  readonly fields: Readonly<Record<string, string>>
  readonly upload: Upload | null
}

/** Bytes that a form may have beside its file. */
const formOverheadBytes = 4 * 1024 * 1024

/**
 * Reads a multipart body; its file is in the object store when this returns and gone when it rejects.
 *
 * @param limits of the file
 */
export async function receiveForm(
  context: ApiContext,
  request: FastifyRequest,
  filePart: string | undefined,
  limits: BodyLimits,
): Promise<ReceivedForm> {
  const most = limits.maxBytes + formOverheadBytes
  if (Number(request.headers['content-length'] ?? 0) > most) throw uploadTooLarge(limits.maxBytes)
  let stored: Upload | null = null
  try {
    const form = await readMultipart(
      readBody(request.raw, { ...limits, maxBytes: most }),
      request.headers['content-type'],
      {
        filePart: filePart ?? randomUUID(),
        storeFile: async (content) => {
          const put = await context.objectStore.put(content, { maxBytes: limits.maxBytes })
          if (put.kind === 'too_large') throw uploadTooLarge(limits.maxBytes)
          stored = { sha256: put.sha256, sizeBytes: put.sizeBytes }
          return stored
        },
      },
    )
    return { fields: form.fields, upload: form.file }
  } catch (error) {
    await discardUpload(context, stored)
    throw error
  }
}

function uploadTooLarge(maxBytes: number): CairnError {
  return new CairnError('payload_too_large', `the upload is larger than ${maxBytes} bytes (CAIRN_MAX_UPLOAD_BYTES)`)
}

/** Removes the bytes of a refused upload, unless something else has the same content. Never rejects. */
export async function discardUpload(context: ApiContext, upload: Upload | null): Promise<void> {
  if (upload === null) return
  try {
    await context.database.transaction(async (tx) => {
      await lockStoredObject(tx, upload.sha256)
      if (await deleteUnreferencedObject(tx, upload.sha256)) await context.objectStore.delete(upload.sha256)
    })
  } catch (error) {
    context.logger.warn({ err: error, sha256: upload.sha256 }, 'a refused upload could not be removed; the sweep will')
  }
}
