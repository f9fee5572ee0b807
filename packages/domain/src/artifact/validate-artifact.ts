/** What a version is held against: what its files are and how large the zip is. */
export interface ArtifactContent {
  readonly files: readonly ArtifactFile[]
  /** Of the zip. */
  readonly sizeBytes: number
}

export interface ArtifactFile {
  readonly path: string
  /** Unpacked. */
  readonly sizeBytes: number
}

export interface ArtifactProblem {
  /** null = the artifact as a whole. */
  readonly file: string | null
  readonly rule: string
}

export interface ArtifactValidation {
  /** null = the artifact has none. */
  readonly source: string | null
  /** Empty = it keeps every rule of its source; at most 100. */
  readonly problems: readonly ArtifactProblem[]
}

const mebibyte = 1024 * 1024
const mostProblems = 100

/** Common servers take no larger message, or drop such files. */
const mail = { fileBytes: 10 * mebibyte, totalBytes: 25 * mebibyte }
const programEnding =
  /\.(?:exe|com|scr|pif|bat|cmd|vbs?|vbe|jse?|wsf|ws[hc]|msi|msp|hta|cpl|jar|ps1|lnk|reg|dll|iso|img)$/i

/**
 * Holds an artifact against what its source asks for. `email` is the source that has rules: what may be attached to a mail.
 *
 * @example
 * validateArtifact('email', { files: [{ path: 'a.exe', sizeBytes: 1 }], sizeBytes: 100 })
 * // { source: 'email', problems: [{ file: 'a.exe', rule: 'is a program by its name; mail servers drop it' }] }
 */
export function validateArtifact(source: string | null, content: ArtifactContent): ArtifactValidation {
  if (source === null) return { source, problems: [whole('has no source; its first upload names one, e.g. email')] }
  if (source !== 'email') return { source, problems: [whole(`there are no rules for this source; "email" has some`)] }
  return { source, problems: mailProblems(content).slice(0, mostProblems) }
}

function mailProblems({ files, sizeBytes }: ArtifactContent): ArtifactProblem[] {
  const problems: ArtifactProblem[] = []
  if (files.length === 0) problems.push(whole('holds no file'))
  if (sizeBytes > mail.totalBytes) problems.push(whole(`is larger than ${mail.totalBytes} bytes`))
  for (const { path, sizeBytes: size } of files) {
    if (size > mail.fileBytes) problems.push({ file: path, rule: `is larger than ${mail.fileBytes} bytes` })
    if (programEnding.test(path)) problems.push({ file: path, rule: 'is a program by its name; mail servers drop it' })
  }
  return problems
}

function whole(rule: string): ArtifactProblem {
  return { file: null, rule }
}
