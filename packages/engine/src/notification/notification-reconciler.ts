/**
 * Notifications: what happened becomes deliveries, deliveries are made.
 *
 * Both are work of one kind. A pass that tells enqueues deliveries under fresh ids, which no other pass can hold; so
 * passes of this kind never wait for each other's rows.
 */
import { parseNotificationKey } from '@cairn/domain'
import type { Hints } from '@cairn/store'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../reconcile/reconciler.ts'
import { deliver, type DeliverParts } from './deliver.ts'
import { mailInvitation } from './mail-invitation.ts'
import { tellEnd, tellMissed, type TellParts, tellRuntime } from './tell-watchers.ts'

export interface NotificationReconcilerOptions extends DeliverParts, TellParts {
  readonly hints: Hints
  readonly concurrency: number
}

export function createNotificationReconciler(options: NotificationReconcilerOptions): Reconciler {
  async function tellOrDeliver(key: string, context: ReconcileContext): Promise<ReconcileResult> {
    const work = parseNotificationKey(key)
    switch (work?.kind) {
      case 'finished':
        return tellEnd(options, context, work.executionId)
      case 'runtime':
        return tellRuntime(options, context, work.executionId)
      case 'missed':
        return tellMissed(options, context, work)
      case 'delivery':
        return deliver(options, context, work.deliveryId)
      case 'invitation':
        return mailInvitation(options, context, work.mailId)
      case undefined:
        options.logger.error({ key }, 'work of an unknown kind of notification is dropped')
        return { kind: 'done' }
      default:
        return work satisfies never
    }
  }
  return {
    kind: 'notification',
    concurrency: options.concurrency,
    async reconcile({ key }, context) {
      const result = await tellOrDeliver(key, context)
      options.crashPoints.reach('notification.passed')
      if (!/^(?:delivery|invitation):/.test(key)) options.hints.notify('work')
      return result
    },
  }
}
