/**
 * The secrets of one attempt. Values live in the memory of the attempt and in what it starts, nowhere else: no plan, event
 * or log has them.
 */
import { setTimeout as pause } from 'node:timers/promises'
import {
  type AttemptResult,
  createSecretMask,
  type Logger,
  noSecretMask,
  type PlannedRepository,
  type PlannedStep,
  secretParameterNames,
  type SecretMask,
  secretsOfStep,
} from '@cairn/domain'
import {
  type Db,
  readSecretsWithRetired,
  type SecretCipher,
  SecretUnreadable,
  type SecretsWithRetired,
} from '@cairn/store'

export interface SecretSource {
  readonly db: Db
  readonly cipher: SecretCipher
  readonly logger: Logger
}

export interface AttemptSecrets {
  /** By the secret's name: all that the step names. */
  readonly values: ReadonlyMap<string, string>
  /** The parameters that the step is given of them. */
  readonly parameters: Readonly<Record<string, string>>
  /** Takes them, and their values of before, out of texts. */
  readonly mask: SecretMask
}

export type ReadAttemptSecrets =
  | { readonly kind: 'read'; readonly secrets: AttemptSecrets }
  | { readonly kind: 'refused'; readonly reason: string }

const none: AttemptSecrets = { values: new Map(), parameters: {}, mask: noSecretMask }

export interface SecretReader {
  readonly tenantId: string
  readonly planned: PlannedStep
  /** The attempt may have begun before: a secret that is gone since has the value that it had last. */
  readonly adopted: boolean
  readonly signal: AbortSignal
}

/** Waits for a database that is away. Rejects when `signal` aborts. */
export async function readAttemptSecrets(source: SecretSource, reader: SecretReader): Promise<ReadAttemptSecrets> {
  const names = secretsOfStep(reader.planned)
  if (names.length === 0) return { kind: 'read', secrets: none }
  try {
    const stored = await insistOnReading(source, reader, names)
    const found = reader.adopted ? withLastValues(stored, names) : stored.values
    const missing = names.find((name) => !found.has(name))
    if (missing !== undefined) return { kind: 'refused', reason: `secret "${missing}" does not exist any more` }
    return { kind: 'read', secrets: secretsOf(reader.planned, found, stored) }
  } catch (error) {
    if (error instanceof SecretUnreadable) return { kind: 'refused', reason: error.message }
    throw error
  }
}

const firstRetryMs = 100
const lastRetryMs = 2000

async function insistOnReading(
  { db, cipher, logger }: SecretSource,
  { tenantId, signal }: SecretReader,
  names: readonly string[],
): Promise<SecretsWithRetired> {
  for (let delayMs = firstRetryMs; ; delayMs = Math.min(delayMs * 2, lastRetryMs)) {
    signal.throwIfAborted()
    try {
      return await readSecretsWithRetired(db, cipher, tenantId, names)
    } catch (error) {
      if (error instanceof SecretUnreadable) throw error
      logger.warn({ err: error }, 'the secrets of a step cannot be read now')
      await pause(delayMs, undefined, { signal })
    }
  }
}

function withLastValues({ values, retired }: SecretsWithRetired, names: readonly string[]): Map<string, string> {
  return new Map(
    names.flatMap((name) => {
      const value = values.get(name) ?? retired.get(name)?.[0]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function secretsOf(
  planned: PlannedStep,
  values: ReadonlyMap<string, string>,
  { retired }: SecretsWithRetired,
): AttemptSecrets {
  const parameters = planned.secrets.flatMap((secret) =>
    secretParameterNames(secret, planned.type).map((name) => [name, values.get(secret) ?? '']),
  )
  const mask = createSecretMask([...values.values(), ...[...retired.values()].flat()])
  return { values, parameters: Object.fromEntries(parameters), mask }
}

/** The access token that a repository names; null = it names none. */
export function repositoryToken({ values }: AttemptSecrets, repository: PlannedRepository | null): string | null {
  return repository === null || repository.token === null ? null : (values.get(repository.token) ?? null)
}

/** The result as users may see it. */
export function maskResult(result: AttemptResult, mask: SecretMask): AttemptResult {
  if (mask === noSecretMask) return result
  if (result.kind !== 'succeeded') return { ...result, reason: mask.mask(result.reason) }
  const outputs = Object.entries(result.outputs).map(([name, value]) => [name, mask.mask(value)])
  return { ...result, outputs: Object.fromEntries(outputs) }
}

/** The error as logs and users may see it. One without a secret in its words stays what it is. */
export function maskError(error: unknown, mask: SecretMask): unknown {
  if (!(error instanceof Error) || mask === noSecretMask) return error
  const message = mask.mask(error.message)
  return message === error.message ? error : new Error(message)
}
