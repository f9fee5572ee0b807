/** A start that failed because of the image or the command. */
export interface StartFailure {
  readonly code: 126 | 127
  readonly words: string
}

/** What the runtime says when the image has no such program, or may not run it; null for any other failure. */
export function toStartFailure(words: string): StartFailure | null {
  if (!/exec: |exec user process|command that was not found/i.test(words)) return null
  if (/executable file not found|no such file or directory|command that was not found/i.test(words)) {
    return { code: 127, words }
  }
  return /permission denied|exec format error|is a directory/i.test(words) ? { code: 126, words } : null
}
