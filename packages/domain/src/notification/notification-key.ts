/** What the keys of work of the kind `notification` stand for. */
export type NotificationWork =
  /** A run of a watched plan has ended. */
  | { readonly kind: 'finished'; readonly executionId: string }
  /** A run may have exceeded a limit of its watchers. */
  | { readonly kind: 'runtime'; readonly executionId: string }
  /** A scheduled run did not start. */
  | { readonly kind: 'missed'; readonly workflowId: number; readonly tick: string }
  /** A delivery is to be attempted. */
  | { readonly kind: 'delivery'; readonly deliveryId: string }
  /** The link of an invitation is to be mailed. */
  | { readonly kind: 'invitation'; readonly mailId: string }

/**
 * @example
 * notificationKey({ kind: 'missed', workflowId: 7, tick: '2026-01-31T18:00:00.000Z' }) // missed:7:2026-01-31T18:00:00.000Z
 */
export function notificationKey(work: NotificationWork): string {
  switch (work.kind) {
    case 'finished':
    case 'runtime':
      return `${work.kind}:${work.executionId}`
    case 'missed':
      return `missed:${work.workflowId}:${work.tick}`
    case 'delivery':
      return `delivery:${work.deliveryId}`
    case 'invitation':
      return `invitation:${work.mailId}`
    default:
      return work satisfies never
  }
}

const shapes = /^(?:(finished|runtime|delivery|invitation):([0-9a-f-]{36})|missed:(\d{1,16}):([0-9TZ:.-]{1,40}))$/

/** null = no key that this version knows. */
export function parseNotificationKey(key: string): NotificationWork | null {
  const [, kind, id = '', workflowId, tick = ''] = shapes.exec(key) ?? []
  if (workflowId !== undefined) return { kind: 'missed', workflowId: Number(workflowId), tick }
  if (kind === 'delivery') return { kind, deliveryId: id }
  if (kind === 'invitation') return { kind, mailId: id }
  return kind === 'finished' || kind === 'runtime' ? { kind, executionId: id } : null
}
