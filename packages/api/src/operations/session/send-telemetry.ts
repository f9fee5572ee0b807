import type { Operation } from '../../operation.ts'

/** Telemetry of clients is answered and dropped. */
export const sendTelemetry: Operation<'sendTelemetry'> = async () => ({})
