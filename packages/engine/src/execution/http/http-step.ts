/** An attempt of an http step: fill in, check, send, and turn the answer into a result. */
import {
  type AttemptResult,
  checkHttpHeader,
  type PlannedHttpStep,
  type Rendered,
  renderTemplate,
  renderUrl,
} from '@cairn/domain'
import type { Dispatcher } from 'undici'
import { type RunStop, stoppedBy } from '../run-stop.ts'
import { maskResult, type AttemptSecrets } from '../secrets/read-attempt-secrets.ts'
import { authoriseRequest } from './authorise-request.ts'
import type { OutgoingRequest } from './follow-redirects.ts'
import type { OAuthTokens } from './oauth-tokens.ts'
import { sendRequest, type SendResult } from './send-request.ts'

const defaultTimeoutSeconds = 60
const maxBodyBytes = 1024 * 1024

export interface HttpLogLine {
  /** Epoch milliseconds. */
  readonly at: number
  readonly text: string
}

export interface HttpAttempt {
  readonly planned: PlannedHttpStep
  readonly tenantId: string
  readonly env: Readonly<Record<string, string>>
  readonly secrets: AttemptSecrets
  readonly tokens: OAuthTokens
  readonly agent: Dispatcher
  readonly signal: AbortSignal
  readonly stop: RunStop
  readonly now: () => number
}

interface HttpOutcome {
  readonly result: AttemptResult
  readonly log: readonly HttpLogLine[]
}

/**
 * Rejects only when `signal` aborts. The log never holds a header, a query, a body or a parameter, and neither it nor the
 * result a secret.
 */
export async function runHttpAttempt(attempt: HttpAttempt): Promise<HttpOutcome> {
  const lines: HttpLogLine[] = []
  const note = (text: string) => lines.push({ at: attempt.now(), text })
  const hidden: string[] = []
  const result = await carryOutUnlessStopped(attempt, { note, hide: (texts) => hidden.push(...texts) })
  if ('reason' in result) note(result.reason)
  const mask = hidden.length === 0 ? attempt.secrets.mask : attempt.secrets.mask.with(hidden)
  return {
    result: maskResult(result, mask),
    log: lines.map(({ at, text }) => ({ at, text: mask.mask(text) })),
  }
}

interface Notes {
  /** Adds a line to the log. */
  readonly note: (text: string) => void
  /** Names further texts that must not be seen. */
  readonly hide: (texts: readonly string[]) => void
}

async function carryOutUnlessStopped(attempt: HttpAttempt, notes: Notes): Promise<AttemptResult> {
  const { signal, stop } = attempt
  try {
    return await carryOut(attempt, notes, AbortSignal.any([signal, stop.signal]))
  } catch (error) {
    signal.throwIfAborted()
    if (!stop.signal.aborted) throw error
    return stoppedBy(stop)
  }
}

async function carryOut(attempt: HttpAttempt, { note, hide }: Notes, signal: AbortSignal): Promise<AttemptResult> {
  const { planned, tokens, agent } = attempt
  const prepared = prepareRequest(planned, attempt.env)
  if (typeof prepared === 'string') return refused(prepared)
  const time = {
    timeoutMs: (planned.timeoutSeconds ?? defaultTimeoutSeconds) * 1000,
    startedAt: performance.now(),
  }
  const credentials = { planned, values: attempt.secrets.values, tenantId: attempt.tenantId }
  for (let fresh = false; ; fresh = true) {
    const transport = { agent, signal, onExchange: note, ...time }
    const authorised = await authoriseRequest(credentials, tokens, transport, { fresh })
    if (authorised.kind === 'failed') return failureOf(authorised)
    hide(authorised.hidden)
    const request = { ...prepared, headers: { ...prepared.headers, ...authorised.headers } }
    const limits = { ...time, maxBodyBytes, maxRedirects: 5 }
    const answer = await sendRequest(request, limits, { agent, signal }, note)
    if (answer.kind === 'failed') return failureOf(answer)
    // A token of before may have been revoked; one that was given just now is not better the second time.
    if (answer.status !== 401 || !authorised.isReused || fresh) return toResult(answer, planned)
  }
}

function failureOf({ reason, isFinal }: { readonly reason: string; readonly isFinal: boolean }): AttemptResult {
  return isFinal ? { kind: 'refused', reason } : { kind: 'failed', reason, exitCode: null }
}

/** The request with every parameter filled in, or why there is none. */
export function prepareRequest(
  planned: PlannedHttpStep,
  env: Readonly<Record<string, string>>,
): OutgoingRequest | string {
  const headers: [string, string][] = []
  for (const [name, template] of Object.entries(planned.headers)) {
    const value = renderTemplate(template, env)
    if (value.kind === 'unknown_name') return unknownName(`header ${name}`, value)
    const rule = checkHttpHeader(name, value.text)
    if (rule !== null) return `header ${name} ${rule}`
    headers.push([name, value.text])
  }
  const url = renderUrl(planned.url, env)
  if (url.kind === 'unknown_name') return unknownName('url', url)
  const body = planned.payload === null ? null : renderTemplate(planned.payload, env)
  if (body?.kind === 'unknown_name') return unknownName('payload', body)
  const text = body === null ? null : body.text
  return { method: planned.method, url: url.text, headers: withDefaults(headers, text), body: text }
}

function unknownName(place: string, rendered: Extract<Rendered, { kind: 'unknown_name' }>): string {
  return `${place}: the step has no parameter "${rendered.name}"`
}

function withDefaults(headers: readonly (readonly [string, string])[], body: string | null): Record<string, string> {
  const given = new Set(headers.map(([name]) => name.toLowerCase()))
  const defaults: [string, string][] = [['user-agent', 'cairn']]
  if (body !== null) defaults.push(['content-type', isJson(body) ? 'application/json' : 'text/plain; charset=utf-8'])
  return Object.fromEntries([...headers, ...defaults.filter(([name]) => !given.has(name))])
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Answers below 500 that ask to be asked again: the request came too late, too early or too often. */
const passing = new Set([408, 425, 429])

function toResult(answer: Extract<SendResult, { kind: 'answered' }>, planned: PlannedHttpStep): AttemptResult {
  const { status, body } = answer
  if (status >= 400) return failureOf({ reason: `HTTP ${status}`, isFinal: status < 500 && !passing.has(status) })
  const names = Object.keys(planned.outputParameters)
  if (names.length === 0) return { kind: 'succeeded', outputs: {} }
  if (body.kind === 'too_large') return refused(`the answer is larger than ${maxBodyBytes} bytes`)
  const text = body.bytes.toString('utf8')
  if (text.includes('\0')) return refused('the answer is not text: it holds a NUL byte')
  return { kind: 'succeeded', outputs: Object.fromEntries(names.map((name) => [name, text])) }
}

function refused(reason: string): AttemptResult {
  return { kind: 'refused', reason }
}
