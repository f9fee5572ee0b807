import type { Tx } from '../database/database.ts'
import { replaceSecretUses } from '../secrets/replace-secret-uses.ts'

/**
 * While a build of the version waits or runs, none of these secrets can be deleted. The caller holds their rows shared
 * (`selectKnownSecrets`); the end of the build lets them go.
 */
export async function holdBuildSecrets(
  tx: Tx,
  version: { readonly tenantId: string; readonly versionId: number },
  secrets: readonly string[],
): Promise<void> {
  await replaceSecretUses(tx, { kind: 'image', id: String(version.versionId) }, { tenantId: version.tenantId, secrets })
}
