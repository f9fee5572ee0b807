import { randomBytes } from 'node:crypto'
import { specHash, type WorkloadSpec } from '@cairn/driver'

/** Begins every mark and message of one held container; nobody else can guess it. */
export function newNonce(): string {
  return `cairn-${randomBytes(16).toString('hex')}`
}

/**
 * What makes the holder of `nonce` run the command of `spec`: one line of shell text between two tags, with its length in
 * bytes and in characters, for shells count the one or the other. The line feed before it ends whatever another writer
 * has left unfinished. Only for a spec that {@link whyNotReleasable} lets pass.
 */
export function releaseMessage(nonce: string, spec: WorkloadSpec): string {
  const tag = randomBytes(8).toString('hex')
  const exports = Object.entries(spec.env).map(([name, value]) => `export ${name}=${quoted(value)}; `)
  const argv = (spec.command ?? []).map(quoted).join(' ')
  const text = `${exports.join('')}set -- ${argv}; __cairn_tell 'released ${specHash(spec)}' # ${tag}`
  return `\n${nonce} run ${tag} ${Buffer.byteLength(text)} ${Array.from(text).length} ${text}\n`
}

/** What makes the holder end without running anything, if it has not been released. */
export function cancelMessage(nonce: string): string {
  return `\n${nonce} cancel\n`
}

/** Exact for any text without NUL, and without line feeds itself. Lone surrogates become U+FFFD, as in any environment. */
function quoted(text: string): string {
  const escaped = text.toWellFormed().replaceAll("'", `'\\''`).replaceAll('\n', `'"$__cairn_feed"'`)
  return `'${escaped}'`
}

/** Names that a shell keeps for itself: read-only, computed, or with an effect on the shell that exports them. */
const namesOfShells =
  /^(?:_|PPID|E?UID|GROUPS|OPTIND|OPTARG|S?RANDOM|SECONDS|LINENO|HISTCMD|FUNCNAME|DIRSTACK|EPOCH[A-Z]+|BASH\w*|SHELLOPTS|POSIXLY_CORRECT|IFS|__cairn_\w+)$/

/** Why a shell cannot start this workload exactly as the engine would, or null. */
export function whyNotReleasable(spec: WorkloadSpec): string | null {
  if (spec.command === null) return "it runs the image's own command"
  if (spec.publishPort !== null) return 'it publishes a port'
  if (spec.command[0]?.includes('=') === true) return 'its program has = in its name'
  const name = Object.keys(spec.env).find((each) => !/^[A-Za-z_]\w*$/.test(each) || namesOfShells.test(each))
  return name === undefined ? null : `no shell passes a variable of the name ${JSON.stringify(name)} on`
}
