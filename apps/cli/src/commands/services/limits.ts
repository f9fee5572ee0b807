import type { ServiceLimits } from '@cairn/contract'
import { usageError } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { type Option, argument, text } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'

/** `--x N`, or `--x none`; absent = undefined. */
function limit(summary: string): Option<number | null | undefined> {
  const base = text(`${summary} \`none\` takes the limit back.`, { placeholder: 'N' })
  return {
    ...base,
    read: (given, name) => {
      const value = base.read(given, name)
      if (value === undefined) return undefined
      if (value === 'none') return null
      if (/^\d{1,15}$/.test(value)) return Number(value)
      throw usageError(`${name} must be a whole number or none; got ${value}.`)
    },
  }
}

const limits = {
  responseStartTimeoutSeconds: limit('Seconds until an answer has to begin; then 504.'),
  idleTimeoutSeconds: limit('Seconds that an answer or a WebSocket may stand still.'),
  maxBodyBytes: limit('Bytes of a request; above 413.'),
  maxConcurrentRequests: limit('Requests open at a time in a gateway; above 503.'),
  requestsPerSecond: limit('Requests begun per second in a gateway; above 429.'),
} satisfies Record<keyof ServiceLimits, Option<number | null | undefined>>

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  options: { ...limits, ...dryRunOption },
  description: 'Shows how far requests to a service may go; with options it changes that, without a deploy.',
  examples: ['cairn services limits forecast', 'cairn services limits forecast --requests-per-second 50'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const id = await serviceId(client, args.service)
    const wanted = Object.fromEntries(
      Object.entries(options).filter(([key, value]) => Object.hasOwn(limits, key) && value !== undefined),
    )
    if (Object.keys(wanted).length > 0) await client.services.updateService(id, { limits: wanted })
    await session.output.value((await client.services.describeService(id)).limits)
  },
})
