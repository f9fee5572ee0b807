/** What only a caller with a token is told. */
import type { CairnClient } from '@cairn/sdk'
import { type Finding, failed, ok, warning } from './finding.ts'

export async function checkAccount(client: CairnClient, tokenSource: string): Promise<Finding[]> {
  try {
    const { tenant } = await client.tenants.getTenantMetadata()
    return [ok('token', `of the tenant ${tenant ?? '(without a name)'}, from ${tokenSource}`), await checkDisk(client)]
  } catch (error) {
    const found = `the server refuses the one from ${tokenSource}: ${error instanceof Error ? error.message : String(error)}`
    return [
      failed('token', found, 'run `cairn login` with another one; the first is printed when the server first starts'),
    ]
  }
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
