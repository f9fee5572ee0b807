import { usageError } from '../../errors/cli-error.ts'
import { fileOptions } from '../../grammar/common-options.ts'
import { list } from '../../grammar/option.ts'
import { readDocuments } from '../../apply/read-documents.ts'
import type { Document } from '../../apply/document.ts'
import type { ValuesOf } from '../../grammar/option.ts'
import type { Session } from '../../session/session.ts'

const { paramsFile, params, paramJson } = fileOptions

/** Of `plan` and `apply`. */
export const applyOptions = {
  file: list('File or folder with what there is to be; repeat for more.', {
    short: 'f',
    placeholder: 'PATH',
    completion: 'file',
  }),
  paramsFile,
  params,
  paramJson,
}

export function documentsOf(options: ValuesOf<typeof applyOptions>, session: Session): Promise<Document[]> {
  const { file = [] } = options
  if (file.length === 0) throw usageError('-f is missing: it names a file or a folder.')
  return readDocuments(file, options, session)
}
