/** How this process delivers notifications. Times in milliseconds. */
export interface NotificationSettings {
  /** Passes of this process at a time. */
  readonly concurrency: number
  /** Attempts at a time to one receiver, so that one that hangs does not hold up the others. */
  readonly perReceiver: number
  /** For everything together: redirects and the answer's header. */
  readonly webhookTimeoutMs: number
  readonly mailTimeoutMs: number
  /** A stop waits this long for attempts under way, so that no receiver hears of the same thing twice for its sake. */
  readonly drainMs: number
}

export const defaultNotificationSettings: NotificationSettings = {
  concurrency: 32,
  perReceiver: 4,
  webhookTimeoutMs: 15_000,
  mailTimeoutMs: 60_000,
  drainMs: 5000,
}

/** The operator's mail server. */
export interface MailSettings {
  /** `smtp://` or `smtps://`, with user and password when it wants them. */
  readonly url: string
  /** An address, or `Name <address>`. */
  readonly from: string
  /** Domains that mail may go to, in lower case; empty = any. */
  readonly domains: readonly string[]
}
