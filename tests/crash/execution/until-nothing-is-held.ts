import type { Database } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { expect } from 'vitest'
import { crashSettings } from './crash-settings.ts'

/** Beside the grace of the sweep, in milliseconds: the time until somebody notices. */
const noticeMs = 5000

/** What a dead process left on the stored engine is removed by the next owner, or by the sweep once the run has ended. */
export async function untilNothingIsHeld({ pool }: Database): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await pool.query<{ name: string }>('select name from fake_engine.workload where held')
      expect(rows).toEqual([])
    },
    { timeoutMs: crashSettings.orphanGraceMs + noticeMs, everyMs: 50 },
  )
}
