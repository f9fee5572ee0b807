import { parseDockerfile } from './dockerfile-instructions.ts'

/** `# syntax=…` names a frontend, which is BuildKit's notion. */
const syntaxDirective = /^\s*#\s*syntax\s*=/imu
/** By instruction: options that came with BuildKit. */
const newOptions: Readonly<Record<string, RegExp>> = {
  RUN: /^\s*RUN\s+(?:\\\s*|--\S+\s+)*--(?:mount|network|security|device)\b/iu,
  COPY: /^\s*COPY\s+(?:\\\s*|--\S+\s+)*--(?:chmod|link|parents|exclude)\b/iu,
  ADD: /^\s*ADD\s+(?:\\\s*|--\S+\s+)*--(?:chmod|link|checksum|keep-git-dir|unpack|exclude)\b/iu,
}

/**
 * Whether a Dockerfile uses what only BuildKit knows: mounts and other options of its own, here-documents, a syntax line.
 *
 * @example
 * needsBuildKit('FROM debian\nRUN --mount=type=cache,target=/c make') // true
 */
export function needsBuildKit(dockerfile: string): boolean {
  if (syntaxDirective.test(dockerfile)) return true
  return parseDockerfile(dockerfile).parts.some(
    (part) =>
      typeof part !== 'string' && (part.hereLines.length > 0 || newOptions[part.keyword]?.test(part.text) === true),
  )
}
