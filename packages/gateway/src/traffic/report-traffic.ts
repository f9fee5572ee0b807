/**
 * Counts the traffic of this process and reports it every 2 s, and at once when an idle instance gets a request.
 *
 * Always true: at most one report is under way; counts stay in memory until they were reported, so that nothing is lost
 * while the database is away; what is reported of an instance never falls while its row is there. A row that others took
 * away because this process was silent begins anew with what was counted since its last report.
 */
import { randomUUID } from 'node:crypto'
import type { Clock, Logger } from '@cairn/domain'
import {
  type Database,
  retireSilentTraffic,
  retireTraffic,
  type RoutedInstance,
  type ServiceRoute,
  type TrafficReport,
  writeTraffic,
} from '@cairn/store'
import { InstanceCounters } from './instance-counters.ts'

/** Where reports go. */
export interface TrafficSink {
  /** Answers the instances of which there was no row. */
  write(reports: readonly TrafficReport[]): Promise<ReadonlySet<string>>
  /** Takes the rows of these instances of this process away, without a list all of them; their totals stay. */
  retire(workloads?: readonly string[]): Promise<void>
  /** Does the same for processes that are gone. */
  retireSilent(): Promise<void>
}

/** One gateway process in the table `service_traffic`. */
export function databaseTraffic(database: Database): TrafficSink {
  const gatewayId = randomUUID()
  return {
    write: (reports) => writeTraffic(database.db, gatewayId, reports),
    retire: (workloads) => retireTraffic(database.db, gatewayId, workloads),
    retireSilent: () => retireSilentTraffic(database.db),
  }
}

export interface TrafficReporter {
  /** Counters of an instance, made at the first call. */
  countersOf(route: ServiceRoute, instance: RoutedInstance): InstanceCounters
  /** Requests and tunnels that are open on an instance; 0 for one that is not known. */
  loadOf(name: string): number
  /** Instances that no route names any more are forgotten when nothing of them is open. */
  retain(names: ReadonlySet<string>): void
  /** Reports for the last time and takes this process's rows away. */
  stop(): Promise<void>
}

export interface TrafficReporterOptions {
  readonly sink: TrafficSink
  readonly logger: Logger
  readonly clock: Clock
  /** Milliseconds between two reports. 2,000 by default. */
  readonly everyMs?: number
}

export function startTrafficReporter(options: TrafficReporterOptions): TrafficReporter {
  return new PeriodicReporter(options)
}

/** Gathers the first requests after an idle time that come together. */
const soonMs = 10
const retireSilentMs = 60_000

class PeriodicReporter implements TrafficReporter {
  readonly #options: Required<TrafficReporterOptions>
  readonly #counters = new Map<string, InstanceCounters>()
  /** Last counts that are in this process's rows, by instance. */
  readonly #reported = new Map<string, TrafficReport>()
  /** What others added to the totals already, by instance. */
  readonly #settled = new Map<string, TrafficReport>()
  readonly #timer: NodeJS.Timeout
  #named: ReadonlySet<string> = new Set()
  #soon: NodeJS.Timeout | null = null
  #reporting: Promise<void> | null = null
  #silentRetiredAt = Number.NEGATIVE_INFINITY
  #isFailing = false

  constructor(options: TrafficReporterOptions) {
    this.#options = { everyMs: 2_000, ...options }
    this.#timer = setInterval(() => void this.#report(), this.#options.everyMs).unref()
  }

  countersOf(route: ServiceRoute, instance: RoutedInstance): InstanceCounters {
    const known = this.#counters.get(instance.name)
    if (known !== undefined) return known
    const made = new InstanceCounters(route, instance, () => this.#reportSoon())
    this.#counters.set(instance.name, made)
    return made
  }

  loadOf(name: string): number {
    return this.#counters.get(name)?.load ?? 0
  }

  retain(names: ReadonlySet<string>): void {
    this.#named = names
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#soon !== null) clearTimeout(this.#soon)
    await this.#reporting
    await this.#report()
    if (this.#isFailing) return
    await this.#options.sink.retire().catch((error: unknown) => this.#warn(error))
  }

  #reportSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = null
      void this.#report()
    }, soonMs).unref()
  }

  /** Never rejects. */
  #report(): Promise<void> {
    this.#reporting ??= this.#write().finally(() => {
      this.#reporting = null
    })
    return this.#reporting
  }

  async #write(): Promise<void> {
    const now = this.#options.clock.now()
    const reports = [...this.#counters.values()].flatMap((counters) => counters.takeReport(now) ?? [])
    try {
      if (reports.length > 0) await this.#send(reports)
      await this.#forget()
      if (now - this.#silentRetiredAt >= retireSilentMs) {
        this.#silentRetiredAt = now
        await this.#options.sink.retireSilent()
      }
      this.#isFailing = false
    } catch (error) {
      for (const { workload } of reports) this.#counters.get(workload)?.keepReport()
      this.#warn(error)
    }
  }

  async #send(reports: readonly TrafficReport[]): Promise<void> {
    const inserted = await this.#options.sink.write(reports.map((report) => this.#unsettled(report)))
    const retold: TrafficReport[] = []
    for (const report of reports) {
      const earlier = this.#reported.get(report.workload)
      this.#reported.set(report.workload, report)
      if (earlier === undefined || !inserted.has(report.workload)) continue
      this.#settled.set(report.workload, earlier)
      retold.push(this.#unsettled(report))
    }
    if (retold.length > 0) await this.#options.sink.write(retold)
  }

  #unsettled(report: TrafficReport): TrafficReport {
    const settled = this.#settled.get(report.workload)
    if (settled === undefined) return report
    return {
      ...report,
      requests: report.requests - settled.requests,
      failed: report.failed - settled.failed,
      latency: report.latency.map((count, place) => count - (settled.latency[place] ?? 0)),
      latencySumMs: report.latencySumMs - settled.latencySumMs,
    }
  }

  async #forget(): Promise<void> {
    const gone: string[] = []
    const now = this.#options.clock.now()
    for (const [name, counters] of this.#counters) {
      if (this.#named.has(name) || counters.load > 0 || counters.liveSessions(now) > 0) continue
      // What was counted since the last report has to be told first.
      if (counters.hasChanged) continue
      gone.push(name)
    }
    if (gone.length === 0) return
    await this.#options.sink.retire(gone)
    for (const name of gone) for (const map of [this.#counters, this.#reported, this.#settled]) map.delete(name)
  }

  /** One line for each time without the database. */
  #warn(error: unknown): void {
    if (!this.#isFailing) this.#options.logger.warn({ err: error }, 'traffic could not be reported; it is told later')
    this.#isFailing = true
  }
}
