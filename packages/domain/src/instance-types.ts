/**
 * The catalog of instance types: how much CPU and memory a step or service gets. Ids are part of workflow and service
 * bodies that users keep, so an id is never given another size.
 */
const gib = 1024 ** 3

export interface InstanceSize {
  readonly name: string
  /** vCPU. */
  readonly cpus: number
  readonly memoryGb: number
}

export interface InstanceType extends InstanceSize {
  readonly id: number
  readonly memoryBytes: number
}

/** Kinds of resources that have instance types, as the reference API names them. */
export const instanceEntityTypes = ['workflow', 'webapp', 'api-deployment', 'workspace', 'data-bridge'] as const
export type InstanceEntityType = (typeof instanceEntityTypes)[number]

const pico: InstanceSize = { name: 'Pico', cpus: 0.125, memoryGb: 0.125 }

/** From 0.25 vCPU and 0.5 GB, each twice its predecessor. */
const ladder: readonly InstanceSize[] = ['Nano', 'Micro', 'XSmall', 'Small', 'Medium', 'Large'].map((name, index) => ({
  name,
  cpus: 0.25 * 2 ** index,
  memoryGb: 0.5 * 2 ** index,
}))

function numbered(firstId: number, sizes: readonly InstanceSize[]): readonly InstanceType[] {
  return sizes.map((size, index) => ({ ...size, id: firstId + index, memoryBytes: size.memoryGb * gib }))
}

const stepTypes = numbered(20, [pico, ...ladder])
/** 43 is the number that the sample files of the reference name. */
const serviceTypes = [...numbered(43, [pico]), ...numbered(1, ladder)]

const catalog: Readonly<Record<InstanceEntityType, readonly InstanceType[]>> = {
  workflow: stepTypes,
  webapp: serviceTypes,
  'api-deployment': serviceTypes,
  workspace: [],
  'data-bridge': [],
}

/** Smallest first; empty for kinds that Cairn does not run. */
export function instanceTypesFor(entityType: InstanceEntityType): readonly InstanceType[] {
  return catalog[entityType]
}

/** null when the catalog of this kind has no such id. */
export function findInstanceType(entityType: InstanceEntityType, id: number): InstanceType | null {
  return catalog[entityType].find((type) => type.id === id) ?? null
}

/**
 * Bytes of a storage size.
 *
 * @param size a number and `MB`, `GB` or `TB`, as a step writes it
 * @example
 * storageBytes('10GB') // 10_000_000_000
 */
export function storageBytes(size: string): number {
  const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 }
  return Number.parseInt(size, 10) * (units[size.slice(-2)] ?? 1)
}

/** What a step gets when its body names no resources. */
export const defaultStepResources = { instanceTypeId: 21, storage: '10GB' } as const

/** What a service gets when its body names no resources. */
export const defaultServiceInstanceTypeId = 1

/**
 * How the reference API words a type.
 *
 * @example
 * instanceTypeTitle({ name: 'Pico', cpus: 0.125, memoryGb: 0.125 }) // Pico (0.125CPU, 0.125GB RAM)
 */
export function instanceTypeTitle(size: InstanceSize): string {
  return `${size.name} (${size.cpus}CPU, ${size.memoryGb}GB RAM)`
}

/** The machine that the container engine runs on. */
export interface MachineSize {
  readonly cpus: number
  readonly memoryBytes: number
}

/**
 * Why no container of this type could ever start on the machine, or null when it can.
 *
 * @example
 * instanceTooLarge(large, { cpus: 2, memoryBytes: 4 * gib }) // Large needs 8 CPU and 16 GB; the machine has 2 CPU and 4 GB
 */
export function instanceTooLarge(type: InstanceType, machine: MachineSize): string | null {
  if (type.cpus <= machine.cpus && type.memoryBytes <= machine.memoryBytes) return null
  const machineGb = Math.floor((machine.memoryBytes / gib) * 10) / 10
  return (
    `instance type ${type.id} (${type.name}) needs ${type.cpus} CPU and ${type.memoryGb} GB of memory; ` +
    `the machine has ${machine.cpus} CPU and ${machineGb} GB`
  )
}
