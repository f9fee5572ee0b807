import { mostMetricPoints, type ServiceMetricPoint, type ServiceMetricsQuery } from '@cairn/contract'
import { type MetricPoint, toMetricPoints } from '@cairn/domain'
import { findService, readServiceSamples, type SampleWindow } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { notFound, refusedField } from '../../refusals.ts'

const defaultStepSeconds = 60
const defaultSpanMs = 3_600_000

export const getServiceMetrics: Operation<'getServiceMetrics'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  const window = windowOf(query, context.clock.now())
  const service = await findService(db, caller.tenantId, params.serviceId)
  if (service === null) throw notFound('service', params.serviceId)
  // One step more, so that the first one has what came since.
  const wider = { ...window, fromMs: window.fromMs - window.stepMs }
  const samples = await readServiceSamples(db, { id: service.id, tenantId: caller.tenantId }, wider)
  const points = toMetricPoints(samples).filter(({ atMs }) => atMs >= window.fromMs)
  return { stepSeconds: window.stepMs / 1000, points: points.map(toWire) }
}

/** Whole steps: of the one that a moment is in, all is told. */
function windowOf(
  { dateFrom, dateTo, stepSeconds = defaultStepSeconds }: ServiceMetricsQuery,
  now: number,
): SampleWindow {
  const stepMs = stepSeconds * 1000
  const toMs = dateTo === undefined ? now : Date.parse(dateTo)
  const asked = dateFrom === undefined ? toMs - defaultSpanMs : Date.parse(dateFrom)
  if (asked >= toMs)
    throw refusedField('invalid_request', 'dateFrom', 'must be before dateTo, which is now unless given')
  const fromMs = Math.floor(asked / stepMs) * stepMs
  if ((toMs - fromMs) / stepMs > mostMetricPoints) {
    const least = Math.ceil((toMs - asked) / mostMetricPoints / 1000)
    const rule = `must be at least ${least} for this time, so that there are no more than ${mostMetricPoints} points`
    throw refusedField('invalid_request', 'stepSeconds', rule)
  }
  return { fromMs, toMs, stepMs }
}

function toWire({ atMs, ...point }: MetricPoint): ServiceMetricPoint {
  return { at: new Date(atMs).toISOString(), ...point }
}
