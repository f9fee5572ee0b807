/** One mail to one address by the operator's mail server. */
import { type DeliveryOutcome, domainOfAddress, isAllowedRecipient, type Message } from '@cairn/domain'
import { createTransport, type NodemailerError } from 'nodemailer'
import type { MailSettings } from './notification-settings.ts'

export interface OutgoingMail {
  /** Makes the Message-ID: the same at each attempt, so that mail programs can drop what they have. */
  readonly deliveryId: string
  /** One plain address; see `isMailAddress`. */
  readonly to: string
  readonly message: Message
}

/** Rejects only when the signal aborts. */
export type SendMail = (mail: OutgoingMail, signal: AbortSignal) => Promise<DeliveryOutcome>

/** @param settings null = the operator has named no mail server */
export function createMailSender(settings: MailSettings | null, timeoutMs: number): SendMail {
  if (settings === null) return async () => refused('no mail server is set: CAIRN_SMTP_URL')
  const transport = createTransport({
    url: settings.url,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const host = /@([^@>\s]+)>?$/.exec(settings.from)?.[1] ?? 'localhost'
  return async ({ deliveryId, to, message }, signal) => {
    if (!isAllowedRecipient(to, settings.domains)) {
      return refused(`mail may not go to ${domainOfAddress(to)}; an operator can allow it with CAIRN_MAIL_DOMAINS`)
    }
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const info = await transport.sendMail({
        from: settings.from,
        to: { name: '', address: to },
        messageId: `<${deliveryId}@${host}>`,
        subject: message.subject,
        text: message.text,
        html: message.html,
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: AbortSignal.any([signal, timeout]),
      })
      return { kind: 'delivered', answer: Number.parseInt(info.response, 10) || null }
    } catch (error) {
      signal.throwIfAborted()
      if (timeout.aborted) return unavailable(`the mail server took longer than ${timeoutMs / 1000} s`, null)
      return outcomeOf(error)
    }
  }
}

function refused(error: string, answer: number | null = null): DeliveryOutcome {
  return { kind: 'refused', answer, error }
}

function unavailable(error: string, answer: number | null): DeliveryOutcome {
  return { kind: 'unavailable', answer, error, retryAfterMs: null }
}

/** A login that is refused is the operator's to mend, and no word about this mail: it is tried again. */
function outcomeOf(error: unknown): DeliveryOutcome {
  if (!(error instanceof Error)) return unavailable('the mail could not be sent', null)
  const { code, response, permanent, ...rest }: NodemailerError = error
  const answer = rest.responseCode ?? null
  const isLogin = code === 'EAUTH' || code === 'ENOAUTH' || code === 'ECONFIG'
  if (response === undefined || response === '')
    return unavailable(`the mail could not be sent: ${error.message}`, null)
  const words = `the mail server answered ${response.replaceAll(/\s+/g, ' ').slice(0, 500)}`
  return permanent === true && !isLogin ? refused(words, answer) : unavailable(words, answer)
}
