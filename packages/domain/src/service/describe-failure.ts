/**
 * Why an instance ended or never served, in words for the user. The first line stands alone: it is all that visitors of the
 * service are shown. What follows is for those who deploy it.
 */
import type { InstanceEvidence, ListeningPort, ObservedInstance } from './service-state.ts'

/** Exit code or what else ended it, and the last lines of its log. */
export function describeInstanceExit(observed: ObservedInstance, memoryBytes: number | null): string {
  const { exit } = observed
  if (exit === null) return 'the container exited'
  const limit = memoryBytes === null ? '' : ` of ${Math.round(memoryBytes / 1024 ** 2)} MiB`
  const what = {
    oom: `the container ran out of its memory${limit} and was killed`,
    killed: `the container was killed${exit.code === null ? '' : `, exit code ${exit.code}`}`,
    completed: 'the container exited with code 0; a service must keep running',
    error: exit.code === null ? 'the container exited' : `the container exited with code ${exit.code}`,
  }[exit.reason]
  const detail = exit.detail === null || exit.detail === '' ? '' : ` (${exit.detail})`
  return withLog(what + detail, exit.logLines)
}

/**
 * What was seen of an instance that runs and does not serve: what was tried last, and how often, where it listens instead, and
 * its last log lines.
 *
 * @param what e.g. `not healthy within 120 s`
 * @param lastCheck what the last health check saw
 */
export function describeUnhealthy(
  what: string,
  lastCheck: string,
  port: number | null,
  evidence: InstanceEvidence | null,
): string {
  if (evidence === null) return `${what}: ${lastCheck}`
  const tried = port === null ? `${evidence.checks} checks` : `${evidence.checks} checks of its port ${port}`
  const first = `${what}, ${tried}; the last one: ${lastCheck}`
  const hint = port === null ? null : portHint(port, evidence)
  return withLog(hint === null ? first : `${first}\n${hint}`, evidence.logLines)
}

function withLog(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text
  return `${text}\n${lines.length === 1 ? 'last log line:' : 'last log lines:'}${lines.map((line) => `\n  ${line}`).join('')}`
}

/** What is wrong with where the app listens; null = nothing, or nobody knows. */
export function portHint(port: number, { listening, logLines }: InstanceEvidence): string | null {
  if (listening === null) return hintOfLog(port, logLines)
  if (listening.length === 0) return `nothing in the container listens on any port; the app has to listen on ${port}`
  const own = listening.find((each) => each.port === port)
  if (own?.isLoopbackOnly === false) return null
  if (own !== undefined) {
    return `the app listens on port ${port} for connections from inside its container only; let it listen on 0.0.0.0`
  }
  const others = listening.map(addressOf).join(', ')
  return `the app listens on ${others} and not on port ${port}: let it listen on the port in PORT, or expose its own in the image`
}

function addressOf({ port, isLoopbackOnly }: ListeningPort): string {
  return isLoopbackOnly ? `127.0.0.1:${port}` : `port ${port}`
}

/** After a colon with four digits or more, since with two it may be a time. */
const portInLog = /\b(?:listen|running|serving|started|bound|available)\w*\b.*?(?:\bport\s+(\d{2,5})|:(\d{4,5}))\b/i

function hintOfLog(port: number, lines: readonly string[]): string | null {
  const ports = lines.map((line) => portInLog.exec(line)).map((found) => Number(found?.[1] ?? found?.[2] ?? 0))
  const told = ports.find((each) => each > 0 && each < 65_536)
  if (told === undefined || told === port) return null
  return `its log speaks of port ${told}: let it listen on the port in PORT, which is ${port}, or expose its own in the image`
}
