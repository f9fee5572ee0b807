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
import { type OutgoingRequest, sendRequest, type SendResult } from './send-request.ts'

const defaultTimeoutSeconds = 60
const maxBodyBytes = 1024 * 1024

export interface HttpLogLine {
  /** Epoch milliseconds. */
  readonly at: number
  readonly text: string
}

export interface HttpAttempt {
  readonly planned: PlannedHttpStep
  readonly env: Readonly<Record<string, string>>
  readonly agent: Dispatcher
  readonly signal: AbortSignal
  readonly stop: RunStop
  readonly now: () => number
}

/** Rejects only when `signal` aborts. The log never holds a header, a query, a body or a parameter. */
export async function runHttpAttempt(
  attempt: HttpAttempt,
): Promise<{ readonly result: AttemptResult; readonly log: readonly HttpLogLine[] }> {
  const log: HttpLogLine[] = []
  const note = (text: string) => log.push({ at: attempt.now(), text })
  const prepared = prepareRequest(attempt.planned, attempt.env)
  if (typeof prepared === 'string') {
    note(prepared)
    return { result: failed(prepared), log }
  }
  const limits = {
    timeoutMs: (attempt.planned.timeoutSeconds ?? defaultTimeoutSeconds) * 1000,
    maxBodyBytes,
    maxRedirects: 5,
  }
  const ends = AbortSignal.any([attempt.signal, attempt.stop.signal])
  try {
    const answer = await sendRequest(prepared, limits, { agent: attempt.agent, signal: ends }, note)
    const result = toResult(answer, attempt.planned)
    if (result.kind === 'failed') note(result.reason)
    return { result, log }
  } catch (error) {
    attempt.signal.throwIfAborted()
    if (!attempt.stop.signal.aborted) throw error
    note(attempt.stop.reason())
    return { result: stoppedBy(attempt.stop), log }
  }
}

function failed(reason: string): AttemptResult {
  return { kind: 'failed', reason, exitCode: null }
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

function toResult(answer: SendResult, planned: PlannedHttpStep): AttemptResult {
  if (answer.kind === 'failed') return failed(answer.reason)
  if (answer.status >= 400) return failed(`HTTP ${answer.status}`)
  const names = Object.keys(planned.outputParameters)
  if (names.length === 0) return { kind: 'succeeded', outputs: {} }
  if (answer.body.kind === 'too_large') return failed(`the answer is larger than ${maxBodyBytes} bytes`)
  const text = answer.body.bytes.toString('utf8')
  if (text.includes('\0')) return failed('the answer is not text: it holds a NUL byte')
  return { kind: 'succeeded', outputs: Object.fromEntries(names.map((name) => [name, text])) }
}
