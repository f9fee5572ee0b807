import { findProgram, isRoot, runCommand } from './run-command.ts'

/** Whether Debian packages can be installed here without asking anybody. */
export async function canInstallPackages(): Promise<boolean> {
  return isRoot() && (await findProgram('apt-get')) !== null
}

/** Installs Debian packages without recommended ones and without questions. */
export async function installPackages(packages: readonly string[], say: (line: string) => void): Promise<void> {
  say(`installing ${packages.join(', ')} with apt-get`)
  const quietly = { DEBIAN_FRONTEND: 'noninteractive' }
  await runCommand('apt-get', ['update', '-qq'], quietly)
  await runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quietly)
}
