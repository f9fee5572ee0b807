import type { CairnClient } from '@cairn/sdk'
import type { Session } from '../session/session.ts'
import type { Difference } from './differences.ts'
import type { Kind } from './document.ts'

export type Action = 'create' | 'update' | 'none'

/** What is to be done about one document. */
export interface Planned {
  readonly kind: Kind
  readonly name: string
  readonly source: string
  readonly action: Action
  readonly differences: readonly Difference[]
  /** What follows from it for what runs, in words. */
  readonly consequences: readonly string[]
  /** Does it, and answers what came of it, such as ids; null = nothing is to be done. */
  readonly carryOut: (() => Promise<object>) | null
}

/** What planners work with. */
export interface Planning {
  readonly client: CairnClient
  readonly session: Session
  /** Names of images that the same files make, so that they may be missing still. */
  readonly upcomingImages: ReadonlySet<string>
  /** Whether the same files make secrets or queries, which the server would miss when it judges what names them. */
  readonly isMoreUpcoming: boolean
}
