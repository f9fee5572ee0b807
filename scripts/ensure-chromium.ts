import { canInstallPackages, installPackages } from './container-engine/install-packages.ts'
import { findProgram } from './container-engine/run-command.ts'

/** Path of Chromium, which is installed with `apt-get` where it is missing and root runs this. Idempotent. */
export async function ensureChromium(say: (line: string) => void): Promise<string> {
  const found = await findProgram('chromium')
  if (found !== null) return found
  if (!(await canInstallPackages())) {
    throw new Error('chromium is missing and cannot be installed here; install it, or run this as root on Debian')
  }
  await installPackages(['chromium'], say)
  const installed = await findProgram('chromium')
  if (installed === null) throw new Error('the package chromium brought no program of that name')
  return installed
}
