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
}
