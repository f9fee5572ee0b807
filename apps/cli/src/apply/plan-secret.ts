import { usageError } from '../errors/cli-error.ts'
import type { Document } from './document.ts'
import type { Planned, Planning } from './planned.ts'

/** A secret that is there stays: a file cannot tell whether its value is another. `body.valueFromEnv` names a variable. */
export async function planSecret(document: Document, { client, session }: Planning): Promise<Planned> {
  const { name, source, body } = document
  const { valueFromEnv, name: _name, ...others } = body
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) {
    throw usageError(`${source}: body.${unknown} is not a known key of a secret.`, {
      hint: 'A file never holds a value: body.valueFromEnv names the variable of the environment that does.',
    })
  }
  const planned = { kind: 'secret', name, source, consequences: [], differences: [] } as const
  for await (const secret of client.secrets.listSecrets({ searchTerm: name, pageSize: 100 })) {
    if (secret.name === name) return { ...planned, action: 'none', carryOut: null }
  }
  const value = typeof valueFromEnv === 'string' ? session.environment.all[valueFromEnv] : undefined
  if (value === undefined || value === '') {
    const where =
      typeof valueFromEnv === 'string' ? `the variable ${valueFromEnv} is not set` : 'valueFromEnv is missing'
    throw usageError(`${source}: there is no secret ${name} yet, and ${where}.`, {
      hint: `\`cairn secrets set ${name}\` asks for its value.`,
    })
  }
  return { ...planned, action: 'create', carryOut: () => client.secrets.createSecret(name, value) }
}
