/** Settings of scaling; part of the table in settings.ts. */
import { integer } from './setting-kinds.ts'

const day = 86_400

export const scaleSettings = {
  freezeAfterSeconds: integer(
    {
      name: 'CAIRN_FREEZE_AFTER_SECONDS',
      default: '300',
      unit: 'seconds',
      doc: 'Without a request for so long, a service with scaleToZero is frozen: it keeps its memory and gets no CPU.',
    },
    { least: 1, most: 30 * day },
  ),
  sleepAfterSeconds: integer(
    {
      name: 'CAIRN_SLEEP_AFTER_SECONDS',
      default: '900',
      unit: 'seconds',
      doc: 'Without a request for so long, the instances of a service with scaleToZero are removed, 5 s after the freeze at the soonest.',
    },
    { least: 1, most: 30 * day },
  ),
  wakeTimeoutSeconds: integer(
    {
      name: 'CAIRN_WAKE_TIMEOUT_SECONDS',
      default: '60',
      unit: 'seconds',
      doc: 'Longest wait of a request for a service that is being woken; then it is answered 503.',
    },
    { least: 1, most: 3600 },
  ),
  mostWakeWaiting: integer(
    {
      name: 'CAIRN_MAX_WAKE_WAITING',
      default: '2000',
      unit: 'requests',
      doc: 'Requests that may wait in one process for one service that is being woken; one more is answered 503.',
    },
    { least: 1, most: 100_000 },
  ),
  scaleDownAfterSeconds: integer(
    {
      name: 'CAIRN_SCALE_DOWN_AFTER_SECONDS',
      default: '60',
      unit: 'seconds',
      doc: 'How long fewer instances must have sufficed before a service with maxInstances has fewer.',
    },
    { least: 1, most: day },
  ),
}
