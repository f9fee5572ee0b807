/** Settings of services; part of the table in settings.ts. */
import { wireLimits } from '@cairn/contract'
import { integer } from './setting-kinds.ts'

export const serviceSettings = {
  mostInstances: integer(
    {
      name: 'CAIRN_MAX_INSTANCES',
      default: '2',
      unit: 'instances',
      doc: 'Most instances that one service may ask for by minInstances or maxInstances; a larger wish is answered 400.',
    },
    { least: 1, most: wireLimits.instances },
  ),
  serviceLogDays: integer(
    {
      name: 'CAIRN_SERVICE_LOG_DAYS',
      default: '14',
      unit: 'days',
      doc: 'How long the log of an instance of a service is kept after the instance has gone.',
    },
    { least: 1, most: 36_500 },
  ),
  serviceLogBytes: integer(
    {
      name: 'CAIRN_SERVICE_LOG_BYTES',
      default: '268435456',
      unit: 'bytes',
      doc: 'What the log of one service may take in the database; looked at every 10 minutes, the oldest of it goes first.',
    },
    { least: 1_048_576, most: Number.MAX_SAFE_INTEGER },
  ),
}
