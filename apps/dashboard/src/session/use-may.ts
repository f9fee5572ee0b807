import type { Access } from '@cairn/sdk'
import { useSession } from './client-context.ts'

/** Each includes those before it. */
const rank: Readonly<Record<Access, number>> = { read: 0, run: 1, write: 2, manage: 3 }

/** Whether who is signed in may do so much. The server decides; this is for what is worth showing. */
export function useMay(needed: Access): boolean {
  return rank[useSession().access] >= rank[needed]
}
