import { createHash } from 'node:crypto'
import { DriverError } from './driver-error.ts'
import type { HeldSpec, WorkloadSpec } from './port.ts'

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
/** Docker refuses less. */
const leastMemoryBytes = 6 * 1024 * 1024
const mostPort = 65_535

/**
 * Throws `invalid_spec` with the field and the rule when no engine could run the spec as it is written.
 *
 * @example
 * checkSpec({ ...spec, resources: { cpus: 0, memoryBytes: 1, pids: 1 } }) // resources.cpus: must be greater than 0
 */
export function checkSpec(spec: WorkloadSpec): void {
  refuse(spec.name, [...brokenHeldRules(spec), ...brokenRules(spec)])
}

/** The same for what is to be held. */
export function checkHeldSpec(spec: HeldSpec): void {
  refuse(spec.name, brokenHeldRules(spec))
}

function refuse(name: string, rules: readonly (string | null)[]): void {
  const broken = rules.find((each) => each !== null)
  if (broken !== undefined) throw new DriverError('invalid_spec', `workload ${name}: ${broken}`)
}

function brokenHeldRules(spec: HeldSpec): (string | null)[] {
  const { cpus, memoryBytes, pids, storageBytes } = spec.resources
  return [
    rule(namePattern.test(spec.name), 'name: must be 1 to 63 of a-z, 0-9 and -, not beginning or ending with -'),
    rule(spec.image !== '', 'image: must not be empty'),
    rule(Number.isFinite(cpus) && cpus > 0, 'resources.cpus: must be greater than 0'),
    rule(isCount(memoryBytes, leastMemoryBytes), `resources.memoryBytes: must be at least ${leastMemoryBytes}`),
    rule(isCount(pids, 1), 'resources.pids: must be at least 1'),
    rule(storageBytes === null || isCount(storageBytes, 1), 'resources.storageBytes: must be null or at least 1'),
    rule(spec.network !== '', 'network: must not be empty'),
  ]
}

function brokenRules(spec: WorkloadSpec): (string | null)[] {
  return [
    rule(spec.command === null || spec.command.length > 0, 'command: must be null or name a program'),
    rule(spec.command === null || !spec.command.some(hasNul), 'command: must not hold a NUL character'),
    rule(
      spec.publishPort === null || (isCount(spec.publishPort, 1) && spec.publishPort <= mostPort),
      `publishPort: must be null or from 1 to ${mostPort}`,
    ),
    ...Object.entries(spec.env).map(([name, value]) => brokenVariable(name, value)),
  ]
}

function brokenVariable(name: string, value: string): string | null {
  if (name === '' || name.includes('=') || hasNul(name)) {
    return `env: the name ${JSON.stringify(name)} must not be empty nor hold = or NUL`
  }
  return rule(!hasNul(value), `env.${name}: must not hold a NUL character`)
}

const rule = (holds: boolean, text: string): string | null => (holds ? null : text)
const hasNul = (text: string): boolean => text.includes('\0')
const isCount = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least

/** Equal for equal specs whatever the order of `env`; stored as a label, so that a name is never adopted for another spec. */
export function specHash(spec: WorkloadSpec): string {
  const { command, env, publishPort } = spec
  const sortedEnv = Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return digest([heldPart(spec), command, sortedEnv, publishPort])
}

/** Equal for specs that may be held by one container. */
export function heldSpecHash(spec: HeldSpec): string {
  return digest(['held', heldPart(spec)])
}

function heldPart({ name, owner, image, resources, network, files }: HeldSpec): unknown[] {
  const { cpus, memoryBytes, pids, storageBytes } = resources
  const limits = [cpus, memoryBytes, pids, storageBytes]
  return [name, owner.kind, owner.id, owner.tenantId, image, limits, network, files?.digest ?? null]
}

function digest(canonical: unknown): string {
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex').slice(0, 32)
}
