/** What only a caller with a token is told. */
import type { CairnClient } from '@cairn/sdk'
import { type Finding, failed, ok, warning } from './finding.ts'

interface Program {
  /** Where its token is from. */
  readonly tokenSource: string
  readonly version: string
}

export async function checkAccount(client: CairnClient, program: Program): Promise<Finding[]> {
  const { tokenSource } = program
  try {
    const { user, tenant, access, version } = await client.people.whoAmI()
    const token = ok('token', `of ${user.email} in the tenant ${tenant.name}, may ${access}, from ${tokenSource}`)
    return [
      token,
      checkVersion(version, program.version),
      await checkDisk(client).catch((error: unknown) => unanswered('disk', error)),
      ...(access === 'manage'
        ? [await checkBackups(client).catch((error: unknown) => unanswered('backup', error))]
        : []),
    ]
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UnauthorizedError') return [unanswered('token', error)]
    const found = `the server refuses the one from ${tokenSource}: ${error.message}`
    const advice = 'run `cairn login` with another one; the first is printed when the server first starts'
    return [failed('token', found, advice)]
  }
}

function checkVersion(server: string, program: string): Finding {
  if (server === program) return ok('version', `${program}, as the server`)
  const found = `this program is ${program}, the server ${server}`
  return warning(
    'version',
    found,
    'use the `cairn` of the version of the server: commands of the newer one may be refused',
  )
}

function unanswered(check: string, error: unknown): Finding {
  const found = `could not be asked for: ${error instanceof Error ? error.message : String(error)}`
  return failed(check, found, 'look at the log of the server')
}

const gigabyte = 1024 ** 3

async function checkDisk(client: CairnClient): Promise<Finding> {
  const { freeBytes, totalBytes, policy } = await client.images.getDisk()
  if (freeBytes === null || totalBytes === null) return ok('disk', 'not measured yet')
  const found = `${(freeBytes / gigabyte).toFixed(1)} of ${(totalBytes / gigabyte).toFixed(1)} GiB free on the container engine`
  if (freeBytes > policy.keepFreeBytes) return ok('disk', found)
  const advice = 'delete image versions that nothing uses, or make the disk larger: builds are refused until then'
  return warning('disk', found, advice)
}

async function checkBackups(client: CairnClient): Promise<Finding> {
  const [page] = await firstPageOf(client.system.listBackups({ pageSize: 5 }).pages())
  if (page?.plan == null) {
    const advice = 'set CAIRN_BACKUP_DIRECTORY of the server, or see to an external database by its own tools'
    return warning('backup', 'this server makes none', advice)
  }
  if (page.trouble !== null) {
    return failed(
      'backup',
      page.trouble,
      'mend that, then run `cairn system backup --wait`; it is tried by itself, too',
    )
  }
  const newest = page.backups.find(({ status }) => status === 'completed')
  if (newest === undefined) return ok('backup', 'the first is still to come')
  const proof = newest.proof?.status === 'proven' ? ', and could be restored' : ''
  return ok('backup', `the newest is of ${newest.startedAt ?? newest.createdAt}${proof}`)
}

async function firstPageOf<Page>(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
  for await (const page of pages) return [page]
  return []
}
