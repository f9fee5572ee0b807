/** What the parts of the engine are set to, of the server's settings. */
import type { DiskPolicy } from '@cairn/domain'
import { defaultExecutionSettings, type ExecutionSettings, type MailSettings } from '@cairn/engine'
import type { Settings } from './settings.ts'

const dayMs = 86_400_000

export function reconcilerSettingsOf(settings: Settings) {
  return {
    build: {
      tenantConcurrency: settings.tenantBuilds,
      concurrency: settings.mostBuilds,
      deadlineMs: settings.buildDeadlineSeconds * 1000,
      keptContextBytes: settings.keptContextBytes,
      cpus: settings.buildCpus,
      memoryBytes: settings.buildMemoryBytes,
      keepFreeBytes: settings.diskKeepFreeBytes,
    },
    schedule: {
      graceMs: settings.scheduleGraceSeconds * 1000,
      mostLiveRuns: settings.mostLiveRuns,
      mostWaitingRuns: settings.mostWaitingRuns,
    },
    disk: diskPolicyOf(settings),
    scaling: {
      freezeAfterMs: settings.freezeAfterSeconds * 1000,
      sleepAfterMs: settings.sleepAfterSeconds * 1000,
      scaleDownAfterMs: settings.scaleDownAfterSeconds * 1000,
    },
    sweep: {
      retentionMs: settings.retentionDays * dayMs,
      auditAgeMs: settings.auditDays * dayMs,
      serviceLogAgeMs: settings.serviceLogDays * dayMs,
      serviceLogBytes: settings.serviceLogBytes,
    },
  }
}

export function executionSettings({ mostLiveRuns, mostHeldStarts }: Settings): ExecutionSettings {
  return { ...defaultExecutionSettings, mostLiveRunsOfWorkflow: mostLiveRuns, mostHeldStarts }
}

/** Without a sender mail comes from the account on the mail server, or from its host. */
export function mailSettingsOf({ smtpUrl, mailFrom, mailDomains }: Settings): MailSettings | null {
  if (smtpUrl === null) return null
  const { username, hostname } = new URL(smtpUrl)
  const user = decodeURIComponent(username)
  const from = mailFrom ?? `Cairn <${user.includes('@') ? user : `cairn@${hostname}`}>`
  return { url: smtpUrl, from, domains: mailDomains }
}

export function diskPolicyOf(settings: Settings): DiskPolicy {
  const { diskKeepFreeBytes: keepFreeBytes, buildCacheBytes, unusedImageDays } = settings
  return { keepFreeBytes, buildCacheBytes, unusedImageDays }
}
