/**
 * Secrets as arguments of a Dockerfile, without their values in the image. A builder writes the values of arguments into the
 * history of the image, so a secret is none: where a stage declares `ARG TOKEN`, each `RUN` after it mounts the secret
 * and puts its value into the variable. The mount lies in `/dev`, of which no layer keeps anything.
 */
import { secretArguments } from './check-build-details.ts'
import { declaredArguments } from './declared-arguments.ts'
import { type DockerfileInstruction, isComment, parseDockerfile } from './dockerfile-instructions.ts'

/** A secret that a build is given. */
export interface BuildSecret {
  readonly name: string
  /** Changes whenever its value does, so that steps that had the value of before do not come from the cache. */
  readonly stamp: string
}

export interface DockerfileWithSecrets {
  readonly text: string
  /** Whether `text` is another than what was given. */
  readonly isChanged: boolean
  /** What the user should know, for the build's log. */
  readonly notes: readonly string[]
}

/** Argument name → the secret. */
type Declared = ReadonlyMap<string, BuildSecret>

/**
 * The Dockerfile with the values of secrets where it declares arguments of their names.
 *
 * @example
 * giveSecrets('FROM debian\nARG TOKEN\nRUN ./fetch.sh', [{ name: 'TOKEN', stamp: '1' }]).text
 */
export function giveSecrets(dockerfile: string, secrets: readonly BuildSecret[]): DockerfileWithSecrets {
  const byArgument = new Map(secrets.flatMap((secret) => secretArguments(secret.name).map((name) => [name, secret])))
  const { parts, escape } = parseDockerfile(dockerfile)
  const stages = new Map<string, Declared>()
  const notes: string[] = []
  let declared: Map<string, BuildSecret> | null = null
  let stage: string | null = null
  let isChanged = false
  const lines = parts.flatMap((part) => {
    if (typeof part === 'string') return [part]
    if (part.keyword === 'FROM') {
      if (stage !== null && declared !== null) stages.set(stage, declared)
      const [, base = '', name] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(part.text) ?? []
      declared = new Map(stages.get(base.toLowerCase()))
      stage = name?.toLowerCase() ?? null
    } else if (part.keyword === 'ARG' && declared !== null) {
      for (const name of declaredArguments(part.text)) {
        const secret = byArgument.get(name)
        if (secret !== undefined) declared.set(name, secret)
      }
    } else if (part.keyword === 'RUN' && declared !== null && declared.size > 0) {
      const given = giveToRun(part, declared, escape)
      isChanged ||= given.note === null
      if (given.note !== null) notes.push(given.note)
      return given.lines
    } else if (declared !== null) notes.push(...noteUses(part, declared))
    return [part.text, ...part.hereLines]
  })
  return { text: lines.join('\n'), isChanged, notes }
}

/** Only steps that run see a secret: everything else would be kept in the image. */
function noteUses({ keyword, line, text }: DockerfileInstruction, declared: Declared): string[] {
  return [...declared].flatMap(([name, secret]) => {
    const isUsed = new RegExp(String.raw`\$(?:${name}\b|\{${name}\b)`).test(text)
    return isUsed
      ? [
          `line ${line + 1}: ${keyword} is not given the secret "${secret.name}", as the image would keep it; only RUN is`,
        ]
      : []
  })
}

interface GivenRun {
  readonly lines: readonly string[]
  /** Why it is not given any; null = it is. */
  readonly note: string | null
}

const onlyHereDocument = /^<<-?(["']?)[A-Za-z_][A-Za-z0-9_]*\1$/

function giveToRun(run: DockerfileInstruction, declared: Declared, escape: string): GivenRun {
  const at = startOfCommand(run.text, escape)
  const flags = run.text.slice(0, at).trimEnd()
  const command = run.text.slice(at)
  const mounts = [...new Set(declared.values())].map((secret, place) => ({
    secret,
    path: `/dev/cairn-secret-${place}`,
  }))
  const options = mounts.map(({ secret: { name }, path }) => `--mount=type=secret,id=${name},target=${path},mode=0444`)
  const exports = exportsOf(declared, mounts)
  const given = (text: string, hereLines = run.hereLines): GivenRun => ({
    lines: [[flags, ...options, text].join(' '), ...hereLines],
    note: null,
  })
  const argv = readExecForm(command, escape)
  if (argv !== null) return given(JSON.stringify(['/bin/sh', '-c', `${exports} exec "$0" "$@"`, ...argv]))
  if (!onlyHereDocument.test(command.trim())) return given(`${exports} ${command}`)
  const interpreter = run.hereLines[0]?.startsWith('#!') === true ? (run.hereLines[0] ?? '') : null
  if (interpreter === null) return given(command, [exports, ...run.hereLines])
  if (/\b(?:ba|da|a|k|z)?sh\b/.test(interpreter)) {
    return given(command, [interpreter, exports, ...run.hereLines.slice(1)])
  }
  const note = `line ${run.line + 1}: RUN is not given its secrets as arguments, as ${interpreter} is no shell; mount them`
  return { lines: [run.text, ...run.hereLines], note }
}

function exportsOf(declared: Declared, mounts: readonly { secret: BuildSecret; path: string }[]): string {
  const stamps = mounts.map(({ secret }) => secret.stamp).join('-')
  const values = [...declared]
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, secret]) => {
      const path = mounts.find((mount) => mount.secret === secret)?.path ?? ''
      return `export ${name}="$(cat ${path})";`
    })
  return [`: ${stamps};`, ...values].join(' ')
}

/** Behind `RUN` and its options, which may stand on several lines. */
function startOfCommand(text: string, escape: string): number {
  const keyword = /^\s*RUN/i.exec(text)?.[0].length ?? 0
  const gap =
    escape === '`' ? /(?:\s|`[ \t]*\n|(?<=\n)[ \t]*#[^\n]*\n)+/y : /(?:\s|\\[ \t]*\n|(?<=\n)[ \t]*#[^\n]*\n)+/y
  const option = /--[a-z]+(?:=\S*)?/y
  let at = keyword
  for (;;) {
    gap.lastIndex = at
    at += gap.exec(text)?.[0].length ?? 0
    option.lastIndex = at
    const found = option.exec(text)
    if (found === null) return at
    at += found[0].length
  }
}

/** null = the command is for a shell. */
function readExecForm(command: string, escape: string): string[] | null {
  if (!command.trimStart().startsWith('[')) return null
  const joined = command
    .split('\n')
    .filter((line, index) => index === 0 || !isComment(line))
    .map((line) => (line.trimEnd().endsWith(escape) ? line.trimEnd().slice(0, -1) : line))
    .join('')
  try {
    const value: unknown = JSON.parse(joined)
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : null
  } catch {
    return null
  }
}
