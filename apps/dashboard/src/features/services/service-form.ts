import type { ServiceBody, ServiceDetails } from '@cairn/sdk'

/** What is filled in of a service, as text where it is typed. */
export interface ServiceForm {
  readonly access: NonNullable<ServiceBody['access']>
  readonly healthCheck: string
  readonly sleeps: boolean
  readonly minInstances: string
  readonly maxInstances: string
  /** A line `NAME=value` for each variable. */
  readonly env: string
  readonly secrets: readonly string[]
}

export const emptyForm: ServiceForm = {
  access: 'private',
  healthCheck: '',
  sleeps: false,
  minInstances: '1',
  maxInstances: '1',
  env: '',
  secrets: [],
}

export function formOf(service: ServiceDetails): ServiceForm {
  return {
    access: service.access,
    healthCheck: service.healthCheckURL,
    sleeps: service.scaleToZero,
    minInstances: String(service.minInstances),
    maxInstances: String(service.maxInstances),
    env: Object.entries(service.parameters.env)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    secrets: service.parameters.secrets,
  }
}

/** @throws {Error} that names the line which is no variable */
export function variablesOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      if (at < 1) throw new Error(`"${line}" is no variable: write NAME=value.`)
      return [line.slice(0, at).trim(), line.slice(at + 1)]
    }),
  )
}

/** @throws {Error} that says what is filled in wrong */
export function changeableOf(form: ServiceForm): Omit<ServiceBody, 'name' | 'imageDetails' | 'serviceType'> {
  const minInstances = Number(form.minInstances)
  return {
    access: form.access,
    healthCheckURL: form.healthCheck.trim(),
    scaleToZero: form.sleeps,
    minInstances,
    maxInstances: Math.max(minInstances, Number(form.maxInstances)),
    parameters: { env: { ...variablesOf(form.env) }, secrets: [...form.secrets] },
  }
}
