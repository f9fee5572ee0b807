/** What a builder's last lines say about why it failed. */

const engineGone =
  /cannot connect to the docker daemon|error during connect|connection refused|connection reset|transport is closing|code = Unavailable|unexpected EOF|server closed the connection|unable to connect to podman/i

/** Whether the engine, not the Dockerfile, made the build fail. */
export function meansEngineGone(lines: readonly string[]): boolean {
  return lines.some((line) => engineGone.test(line))
}

/**
 * That the engine's disk is full, or the last line that says something, without the client's own prefix.
 *
 * @example
 * failureReason(['#5 ERROR: …', '------', 'ERROR: failed to solve: exit code: 1', '']) // failed to solve: exit code: 1
 */
export function failureReason(lines: readonly string[]): string {
  if (lines.some((line) => /no space left on device|disk quota exceeded/i.test(line))) {
    return 'the disk of the container engine is full; remove what it does not need, then build again'
  }
  const last = lines.findLast((line) => line.trim() !== '' && !/^[-=\s]+$/.test(line))
  return last?.trim().replace(/^(?:error|Error|ERROR):\s*/, '') ?? 'the builder failed without a message'
}
