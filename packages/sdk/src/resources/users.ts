import type { Permissions } from '@cairn/contract'
import type { CallOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** What may be done with a feature; `write` includes `read`. */
export type FeatureAction = 'read' | 'write'

/** What the user of the token may do. Got from `createClient().users`. */
export class Users {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * For each feature, named by its path such as `PRICING.GUARDRAILS`, whether the user may do the action.
   *
   * @example
   * const { 'PRICING.GUARDRAILS': mayWrite } = await client.users.checkPermissions({ 'PRICING.GUARDRAILS': 'write' })
   */
  async checkPermissions(
    features: Readonly<Record<string, FeatureAction>>,
    options?: CallOptions,
  ): Promise<Record<string, boolean>> {
    const tree = await this.#transport.call('checkPermissions', { query: { type: 'app' } }, options)
    return Object.fromEntries(Object.entries(features).map(([path, action]) => [path, mayDo(tree, path, action)]))
  }
}

const granting: Readonly<Record<FeatureAction, readonly string[]>> = {
  read: ['read', 'write', '*'],
  write: ['write', '*'],
}

function mayDo(tree: Permissions, path: string, action: FeatureAction): boolean {
  let node: unknown = tree
  for (const key of path.split('.')) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return false
    node = Reflect.get(node, key)
  }
  const actions: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'actions') : null
  return Array.isArray(actions) && actions.some((given) => granting[action].includes(given))
}
